import Testing

@testable import ClawCluster

@Suite("Completion indexes")
struct JobIndexesTests {
    @Test("are written as ranges from three neighbours on, and read back", arguments: [
        ([0], "0"), ([0, 1], "0,1"), ([2, 1, 0], "0-2"), ([9, 3, 4, 5, 1], "1,3-5,9"), ([], ""),
    ])
    func text(indexes: [Int], text: String) {
        let set = JobIndexes().union(indexes)
        #expect(set.description == text)
        #expect(JobIndexes(text, below: 10) == set)
        #expect(set.count == indexes.count)
        for index in 0..<10 { #expect(set.contains(index) == indexes.contains(index)) }
    }

    @Test("beyond the completions, or unreadable, are left out")
    func limits() {
        #expect(JobIndexes("1-5,8", below: 4).description == "1-3")
        #expect(JobIndexes("x,-1,2-1,1", below: 4).description == "1")
    }

    @Test("the first missing ones are found in order")
    func missing() {
        #expect(JobIndexes("0,2-3", below: 10).missing(3, below: 10) == [1, 4, 5])
        #expect(JobIndexes("0-9", below: 10).missing(3, below: 10).isEmpty)
        #expect(JobIndexes().missing(2, below: 1) == [0])
    }

    @Test("what two sets have in common is counted")
    func common() {
        #expect(JobIndexes("0-4,8", below: 10).countOfCommon(with: JobIndexes("3-8", below: 10)) == 3)
    }
}

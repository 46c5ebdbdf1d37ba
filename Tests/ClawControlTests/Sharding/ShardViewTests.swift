import Testing

@testable import ClawControl

@Suite("Keys shared by rendezvous hashing")
struct ShardViewTests {
    private static let keys = (0..<6000).map { ObjectKey(namespace: "n\($0 % 7)", name: "key-\($0)") }

    private static func view(_ count: Int) -> ShardView { ShardView((0..<count).map { "replica-\($0)" }, epoch: 1) }

    @Test("every key has one owner, whatever the order of the members")
    func order() {
        let (a, b) = (ShardView(["x", "y", "z"], epoch: 1), ShardView(["z", "x", "y"], epoch: 1))
        #expect(Self.keys.allSatisfy { a.owner(of: $0) == b.owner(of: $0) && a.owner(of: $0) != nil })
        #expect(ShardView([], epoch: 1).owner(of: Self.keys[0]) == nil)
        #expect(a.stamp == b.stamp)
    }

    @Test("members share alike, within a tenth")
    func balance() {
        for count in [2, 3, 5] {
            let view = Self.view(count)
            let shares = Dictionary(grouping: Self.keys) { view.owner(of: $0) ?? "" }.mapValues(\.count)
            #expect(shares.count == count)
            let fair = Double(Self.keys.count) / Double(count)
            #expect(shares.values.allSatisfy { abs(Double($0) - fair) < fair / 10 }, "\(shares)")
        }
    }

    @Test("a new member takes keys from the others, and nobody else's move")
    func moves() {
        let (before, after) = (Self.view(4), Self.view(5))
        let moved = Self.keys.filter { before.owner(of: $0) != after.owner(of: $0) }
        #expect(moved.allSatisfy { after.owner(of: $0) == "replica-4" })
        #expect(abs(moved.count - Self.keys.count / 5) < Self.keys.count / 50)
    }

    @Test("a view's stamp survives being written, and nonsense is none")
    func stamps() {
        let stamp = Self.view(3).stamp
        #expect(ShardStamp(stamp.text) == stamp)
        for text in ["", "1", "a-b", "1-xyz", "-1-a", "1-a-b"] { #expect(ShardStamp(text) == nil) }
    }
}

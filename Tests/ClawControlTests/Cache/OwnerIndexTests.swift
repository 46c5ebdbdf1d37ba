import ClawBase
import Testing

@testable import ClawControl

@Suite("The index of owners")
struct OwnerIndexTests {
    @Test("says the same as a dictionary of sets, whatever comes and goes", arguments: 0..<20 as Range<UInt64>)
    func likeADictionary(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var index = OwnerIndex()
        var model: [String: Set<ObjectKey>] = [:]
        for _ in 0..<200 {
            let owner = "owner-\(Int.random(in: 0..<4, using: &random))"
            let key = ObjectKey(namespace: "n", name: "\(Int.random(in: 0..<5, using: &random))")
            if Bool.random(using: &random) {
                index.insert(key, owner: owner)
                model[owner, default: []].insert(key)
            } else {
                index.remove(key, owner: owner)
                model[owner]?.remove(key)
            }
            #expect(index.keys(of: owner) == (model[owner] ?? []).sorted())
        }
    }
}

import Testing

@testable import ClawCluster

@Suite("The order of a collection's keys")
struct KeyOrderTests {
    private typealias Key = ObjectStore.Key

    /// Runs of keys that come and go, with readings in between.
    @Test("keys are in order whatever comes and goes between two readings", arguments: 0..<20)
    func order(seed: Int) {
        var random = SeededNumbers(seed: UInt64(seed) + 1)
        var (order, model) = (KeyOrder(), Set<Key>())
        for _ in 0..<40 {
            // Few changes are entered one by one, many are sorted anew.
            for _ in 0..<Int.random(in: 0..<(seed % 4 == 0 ? 3000 : 60), using: &random) {
                let (namespace, name) = (Int.random(in: 0..<5, using: &random), Int.random(in: 0..<4000, using: &random))
                let key = Key(namespace: "n\(namespace)", name: "k\(name)")
                if model.remove(key) != nil {
                    order.note(removed: key)
                } else {
                    model.insert(key)
                    order.note(added: key)
                }
            }
            order.settle(model)
            let expected = model.sorted()
            #expect(Array(order) == expected)
            #expect(order.count == expected.count)
            for namespace in ["a", "n0", "n3", "n9"] {
                let range = order.range(ofNamespace: namespace)
                #expect(Array(order[range]) == expected.filter { $0.namespace == namespace })
                #expect(order.distance(from: range.lowerBound, to: range.upperBound) == order[range].count)
            }
            let middle = Key(namespace: "n2", name: "k2")
            #expect(Array(order[order.firstIndex(after: middle)...]) == expected.filter { $0 > middle })
        }
    }

    @Test("a key that leaves and returns between two readings stands once")
    func returning() {
        var order = KeyOrder()
        let keys = ["a", "b", "c"].map { Key(namespace: "", name: $0) }
        for key in keys { order.note(added: key) }
        order.settle(keys)
        order.note(removed: keys[1])
        order.note(added: keys[1])
        order.settle(keys)
        #expect(Array(order) == keys)
    }
}

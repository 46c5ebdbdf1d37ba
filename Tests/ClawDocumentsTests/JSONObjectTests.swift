import ClawDocuments
import Testing

@Suite("JSON objects")
struct JSONObjectTests {
    @Test("removing a name of its own leaves all others where they were")
    func removal() {
        var object: JSONObject = ["a-1": 1, "name": 2, "a-2": 3, "kind": 4, "a-3": 5]
        #expect(object.removeValue(forKey: "a-2") == 3)
        #expect(object.names == ["a-1", "name", "kind", "a-3"])
        #expect(object["a-3"] == 5)
        object["a-4"] = 6
        #expect(object.removeValue(forKey: "a-1") == 1)
        #expect(object == ["name": 2, "kind": 4, "a-3": 5, "a-4": 6])
        #expect(object.removeValue(forKey: "a-1") == nil)
    }

    @Test("an object behaves like a dictionary that remembers the order", arguments: [1, 2, 3] as [UInt64])
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var object = JSONObject()
        var expected: [(String, Int64)] = []
        let names = ["name", "kind", "spec", "x", "y", "z", "a/b", "metadata"]
        for step in 0..<2_000 {
            let name = names.randomElement(using: &random) ?? "x"
            let index = expected.firstIndex { $0.0 == name }
            if Bool.random(using: &random) {
                object[name] = .integer(Int64(step))
                if let index { expected[index].1 = Int64(step) } else { expected.append((name, Int64(step))) }
            } else {
                object[name] = nil
                if let index { expected.remove(at: index) }
            }
            #expect(object.names == expected.map(\.0), "seed \(seed), step \(step)")
            #expect(object.map(\.value.integer) == expected.map(\.1))
        }
    }

    @Test("a copy does not change with its original")
    func copies() {
        var original: JSONObject = ["metadata": ["labels": ["app": "web"]]]
        let copy = original
        original.modify("metadata") { $0?["labels"]?["app"] = "db" }
        #expect(copy["metadata"]?["labels"]?["app"] == "web")
        #expect(original["metadata"]?["labels"]?["app"] == "db")
    }

    @Test("modify adds, changes and removes; a throw inside keeps the value")
    func modify() {
        struct Refused: Error {}
        var object: JSONObject = ["spec": 1]
        object.modify("status") { $0 = 2 }
        object.modify("spec") { $0 = nil }
        #expect(object == ["status": 2])
        #expect(throws: Refused.self) { try object.modify("status") { _ in throw Refused() } }
        #expect(object == ["status": 2])
        object.modify("absent") { _ in }
        #expect(object == ["status": 2])
    }

    @Test("equality ignores the members' order and the writing of numbers")
    func equality() throws {
        #expect(try parse(#"{"a":1,"kind":2}"#) == parse(#"{"kind":2.0,"a":1}"#))
        #expect(try parse(#"{"a":1}"#) != parse(#"{"a":1,"b":null}"#))
        #expect(try parse(#"{"a":1}"#) != parse(#"{"b":1}"#))
    }

    @Test("members can be removed by a rule")
    func removeAll() {
        var object: JSONObject = ["a": 1, "name": nil, "b": nil]
        object.removeAll { $1.isNull }
        #expect(object == ["a": 1])
    }

    @Test("a path walks through objects and arrays")
    func path() throws {
        let value = try parse(#"{"status":{"conditions":[{"type":"Ready"}]}}"#)
        #expect(value.value(at: ["status", "conditions", "0", "type"]) == "Ready")
        #expect(value.value(at: ["status", "conditions", "1", "type"]) == nil)
        #expect(value.value(at: ["status", "conditions", "x"]) == nil)
    }
}

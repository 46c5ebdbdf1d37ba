import ClawCluster
import ClawDocuments
import Testing

@Suite("Field sets")
struct FieldSetTests {
    @Test("fieldsV1 is read and written, in Kubernetes' order")
    func roundTrip() throws {
        let text = #"""
            {"f:metadata":{"f:finalizers":{".":{},"v:\"a/b\"":{}},"f:labels":{"f:app":{},"f:x.y/z":{}}},
            "f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},
            "k:{\"port\":443,\"protocol\":\"TCP\"}":{"f:name":{}}},"i:3":{}}}
            """#
        let set = try FieldSet(fieldsV1: object(text))
        #expect(set.fieldsV1.description == text.replacing("\n", with: ""))
        #expect(set.contains([.field("metadata"), .field("finalizers"), .value("a/b")]))
        #expect(!set.contains([.field("metadata"), .field("labels")]))
        let port: PathElement = .key([.init("port", 443), .init("protocol", "TCP")])
        #expect(!set.contains([.field("spec"), .field("ports"), port]))
        #expect(set.contains([.field("spec"), .field("ports"), port, .field("name")]))
    }

    @Test("paths are named in the words of messages")
    func descriptions() {
        let path: [PathElement] = [
            .field("spec"), .key([.init("name", "a\"b"), .init("port", 80)]), .value("x"), .value(7), .index(2),
        ]
        #expect(path.map(\.description).joined() == #".spec[name="a\"b",port=80][="x"][=7][2]"#)
    }

    @Test("what cannot be a path element is refused, what a later Kubernetes may know is left out")
    func malformed() throws {
        for name in ["metadata", "", "f", "v:{", "k:7", "i:one"] {
            #expect(throws: PathElementError.self) { try FieldSet(fieldsV1: [name: [:]]) }
        }
        #expect(try FieldSet(fieldsV1: ["z:new": [:], "f:a": [:]]) == FieldSet(fields: ["a"]))
    }

    @Test("the algebra distinguishes a field from what is below it")
    func algebra() {
        let a = FieldSet(fields: ["a"], ["a", "b"], ["c"])
        let b = FieldSet(fields: ["a", "b"], ["d", "e"])
        #expect(a.union(b) == FieldSet(fields: ["a"], ["a", "b"], ["c"], ["d", "e"]))
        #expect(a.intersection(b) == FieldSet(fields: ["a", "b"]))
        #expect(a.subtracting(b) == FieldSet(fields: ["a"], ["c"]))
        #expect(a.subtracting(FieldSet(fields: ["a"])) == FieldSet(fields: ["a", "b"], ["c"]))
        #expect(a.subtractingSubtrees(of: FieldSet(fields: ["a"])) == FieldSet(fields: ["c"]))
    }

    @Test("random sets survive the round trip through fieldsV1", arguments: 0..<50)
    func randomRoundTrip(seed: Int) throws {
        var random = SeededNumbers(seed: UInt64(seed) + 1)
        let set = FieldSet((0..<20).map { _ in Self.randomPath(&random) })
        let written = set.fieldsV1
        #expect(try FieldSet(fieldsV1: written) == set)
        #expect(try FieldSet(fieldsV1: object(written.description)) == set)
        #expect(FieldSet(set.paths) == set)
        let other = FieldSet((0..<20).map { _ in Self.randomPath(&random) })
        #expect(set.subtracting(other).union(set.intersection(other)) == set)
        #expect(set.union(other).subtracting(other).intersection(other).isEmpty)
    }

    static func randomPath(_ random: inout SeededNumbers) -> [PathElement] {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            let name = "f\(Int.random(in: 0..<4, using: &random))"
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return .value(.string("v<&>\"\\\(name)"))
            case 1: return .key([.init("name", .string(name)), .init("port", 80)])
            case 2: return .index(Int.random(in: 0..<3, using: &random))
            default: return .field(name)
            }
        }
    }
}

import Testing

@testable import ClawDocuments

@Suite("Long lists on two threads")
struct ConcurrentParsingTests {
    private static let count = 4_000

    private static func item(_ index: Int) -> String {
        #"{"metadata":{"name":"pod-\#(index)","managedFields":[{"manager":"kubelet"}]},"spec":{"nodeName":"node-\#(index % 7)"}}"#
    }

    private static func list(
        _ items: [String], before: String = #""kind":"PodList","apiVersion":"v1","#, after: String = "",
        separator: String = ","
    ) -> [UInt8] {
        Array(#"{\#(before)"items":[\#(items.joined(separator: separator))]\#(after)}"#.utf8)
    }

    /// A text with its name, by which alone a test's report tells it.
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let text: [UInt8]
        var testDescription: String { name }
    }

    /// Lists, each with another difficulty for a guess of where an item begins.
    static let lists = examples.map { Example(name: $0.0, text: $0.1) }

    private static let examples: [(String, [UInt8])] = [
        ("plain", list((0..<count).map(item))),
        ("with members behind the items", list((0..<count).map(item), after: #","metadata":{"resourceVersion":"7"},"x":[1]"#)),
        ("with blanks everywhere", list((0..<count).map(item), separator: " ,\n\t ")),
        ("without a kind", list((0..<count).map(item), before: "")),
        ("kind behind the items", list((0..<count).map(item), before: "", after: #","kind":"PodList","apiVersion":"v1""#)),
        ("items twice", list((0..<count).map(item), after: #","items":[{"metadata":{}}]"#)),
        // What looks like an item's beginning stands in an item, and in a string.
        (
            "items in items",
            list((0..<40).map { #"{"metadata":{"name":"\#($0)"},"all":[\#((0..<200).map(item).joined(separator: ","))]}"# })
        ),
        (
            "items in texts",
            list((0..<count).map { #"{"metadata":{"name":"\#($0)"},"text":"},{\"metadata\":{"#
                + String(repeating: #"},{\"metadata\":{"#, count: 4) + #""}"# })
        ),
        ("one item only", list([#"{"metadata":{"text":"\#(String(repeating: "a", count: 400_000))"}}"#])),
        ("empty", list([], after: #","text":"\#(String(repeating: "a", count: 400_000))""#)),
        ("no object", Array("[\((0..<count).map(item).joined(separator: ","))]".utf8)),
    ]

    @Test("the result is that of one thread, wherever the second half is guessed to begin", arguments: lists)
    func same(example: Example) async throws {
        let text = example.text
        let isLong = text.count > JSONParser.shortestSplit
        #expect(isLong)
        for mode in [JSONParser.ManagedFields.dropped, .lazy, .parsed] {
            let expected = try JSONParser.parse(text, managedFields: mode)
            let found = try await JSONParser.parseConcurrently(text, managedFields: mode)
            let isSame = found.bytes() == expected.bytes()
            #expect(isSame)
        }
    }

    @Test("what is wrong is found at the same place as by one thread", arguments: [1000, 2500, 3999])
    func sameError(index: Int) async throws {
        var items = (0..<Self.count).map(Self.item)
        items[index] = #"{"metadata":{"name":tru}}"#
        let text = Self.list(items)
        let expected = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        let found = await #expect(throws: JSONError.self) { try await JSONParser.parseConcurrently(text) }
        #expect(found == expected)
    }

    @Test("a list cut off anywhere is refused", arguments: [1, 2, 100, 200_000, 300_000])
    func cutOff(missing: Int) async throws {
        let text = Array(Self.list((0..<Self.count).map(Self.item)).dropLast(missing))
        let expected = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        let found = await #expect(throws: JSONError.self) { try await JSONParser.parseConcurrently(text) }
        #expect(found == expected)
    }

    @Test("limits of size and depth hold")
    func limits() async throws {
        let text = Self.list((0..<Self.count).map(Self.item))
        await #expect(throws: JSONError.self) {
            try await JSONParser.parseConcurrently(text, limits: .init(bytes: text.count - 1))
        }
        await #expect(throws: JSONError.self) {
            try await JSONParser.parseConcurrently(text, limits: .init(depth: 3))
        }
    }

    @Test("items after blanks get their kind as well")
    func kindAfterBlanks() throws {
        let list = try parse(#"{"kind":"PodList","apiVersion":"v1","items":[ {"a":1} , {"b":2} ]}"#)
        let expected: JSON = [["a": 1, "apiVersion": "v1", "kind": "Pod"], ["b": 2, "apiVersion": "v1", "kind": "Pod"]]
        #expect(list["items"] == expected)
    }
}

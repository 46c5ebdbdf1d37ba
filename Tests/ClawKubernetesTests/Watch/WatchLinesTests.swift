import ClawBase
import ClawDocuments
import Testing

@testable import ClawKubernetes

@Suite("Lines of a watch")
struct WatchLinesTests {
    private let text = #"{"type":"ADDED","object":{"name":"ü€😀"}}"# + "\n" + #"{"type":"DELETED","object":{}}"# + "\n"

    private func types(_ chunks: [[UInt8]]) async throws -> [String] {
        var lines = WatchLines(Response.stream(chunks).body)
        var types: [String] = []
        while let event = try await lines.next() { types.append(event.string(.type) ?? "") }
        return types
    }

    @Test("the chunks' bounds do not matter: cut at every byte, and byte by byte")
    func chunks() async throws {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            #expect(try await types([Array(bytes[..<cut]), Array(bytes[cut...])]) == ["ADDED", "DELETED"])
        }
        #expect(try await types(bytes.map { [$0] }) == ["ADDED", "DELETED"])
        #expect(try await types([bytes]) == ["ADDED", "DELETED"])
    }

    @Test("empty lines are passed over, and a line that was cut off does not count")
    func incomplete() async throws {
        let text = "\n\r\n" + text + "\n" + #"{"type":"ADDED""#
        #expect(try await types([Array(text.utf8)]) == ["ADDED", "DELETED"])
    }

    @Test("many lines in one chunk take time linear in their number")
    func manyLines() async throws {
        let line = Array(#"{"type":"ADDED","object":{}}"#.utf8) + [UInt8(ascii: "\n")]
        let count = 20_000
        #expect(try await types([Array((0..<count).map { _ in line }.joined())]).count == count)
    }

    @Test("an object of five megabytes, in small chunks")
    func large() async throws {
        let value = String(repeating: "x", count: 5 << 20)
        let bytes = Array(#"{"type":"ADDED","object":{"v":"\#(value)"}}"#.utf8) + [UInt8(ascii: "\n")]
        let chunks = stride(from: 0, to: bytes.count, by: 16384).map { Array(bytes[$0..<min($0 + 16384, bytes.count)]) }
        var lines = WatchLines(Response.stream(chunks).body)
        #expect(try await lines.next()?[.object]?["v"]?.string?.utf8.count == 5 << 20)
        #expect(try await lines.next() == nil)
    }

    @Test("what is no object breaks the protocol", arguments: ["[1]\n", "nonsense\n", "{\"a\":\n"])
    func nonsense(text: String) async {
        await #expect(throws: (any Error).self) { try await types([Array(text.utf8)]) }
    }
}

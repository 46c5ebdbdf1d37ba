import ClawBase
import Testing

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func events(_ chunks: [[UInt8]]) throws -> [ServerSentEvent] {
        var decoder = ServerSentEventDecoder()
        return try chunks.flatMap { try decoder.feed($0) }
    }

    private func events(_ text: String) throws -> [ServerSentEvent] { try events([Array(text.utf8)]) }

    private static let text =
        "\u{FEFF}: hello\n\ndata: ä€😀\n\nevent: tick\r\ndata:1\r\ndata:  2\r\nid: 7\r\n\r\nretry: 50\rdata\r\rdata: last\n\n"
    private static let expected = [
        ServerSentEvent(data: "ä€😀"), ServerSentEvent(data: "1\n 2", event: "tick", id: "7"),
        ServerSentEvent(data: "", retry: 50), ServerSentEvent(data: "last"),
    ]

    @Test("events read the same wherever the chunks end, with any line break, comments and a byte order mark")
    func chunkBoundaries() throws {
        let bytes = Array(Self.text.utf8)
        #expect(try events([bytes]) == Self.expected)
        #expect(try events(bytes.map { [$0] }) == Self.expected)
        for cut in 0...bytes.count {
            #expect(try events([Array(bytes[..<cut]), Array(bytes[cut...])]) == Self.expected, "cut at \(cut)")
        }
    }

    @Test("an event is there with its blank line, not one byte later")
    func immediate() throws {
        var decoder = ServerSentEventDecoder()
        #expect(try decoder.feed(Array("data: a\r\n\r".utf8)) == [ServerSentEvent(data: "a")])
        #expect(try decoder.feed(Array("\ndata: b\n\n".utf8)) == [ServerSentEvent(data: "b")])
    }

    @Test("what is unfinished at the end is no event")
    func unfinished() throws {
        #expect(try events("data: a\n\ndata: torn") == [ServerSentEvent(data: "a")])
        #expect(try events("data: a\n\ndata: torn\n") == [ServerSentEvent(data: "a")])
    }

    @Test("unknown fields, a negative retry and an id with a zero byte mean nothing")
    func oddities() throws {
        #expect(try events("what: x\nretry: -1\nid: a\0b\ndata: d\n\n") == [ServerSentEvent(data: "d")])
        #expect(try events("event: lonely\n\n:only a comment\n\n").isEmpty)
    }

    @Test(
        "what is written reads as what was meant",
        arguments: ["", "plain", "two\nlines", "a\r\nb\rc", " lead", "\n", "x\n"])
    func roundTrip(_ data: String) throws {
        let event = ServerSentEvent(data: data, event: "e", id: "1", retry: 10)
        let read = try #require(try events([event.encoded]).first)
        let normal = data.split(omittingEmptySubsequences: false) { $0.isNewline }.joined(separator: "\n")
        // The line break at the very end of a text is the one thing the format cannot say.
        #expect(read.data == (normal.hasSuffix("\n") ? String(normal.dropLast()) : normal))
        #expect((read.event, read.id, read.retry) == ("e", "1", 10))
    }

    @Test("a line break in a field's value cannot start another field")
    func injection() throws {
        let event = ServerSentEvent(data: "d", event: "a\ndata: evil", id: "1\n\ndata: evil")
        #expect(try events([event.encoded]).map(\.data) == ["d"])
        #expect(try events([ServerSentEvent.comment("a\ndata: evil")]).isEmpty)
    }

    @Test("an event beyond the limit is refused, however it arrives")
    func limit() throws {
        var decoder = ServerSentEventDecoder(limit: 64)
        #expect(try decoder.feed(Array("data: \(String(repeating: "a", count: 50))\n\n".utf8)).count == 1)
        #expect(throws: Finding.self) {
            for _ in 0..<70 { _ = try decoder.feed([UInt8(ascii: "x")]) }
        }
    }

    @Test("a framer hands on blocks byte for byte")
    func framing() throws {
        var framer = ServerSentEventFramer()
        let blocks = try framer.feed(Array("data: {\"a\": 1.0}\r\n\r\n: ping\n\n\n\ndata: x".utf8))
        #expect(blocks.map { String(decoding: $0, as: UTF8.self) } == ["data: {\"a\": 1.0}\r\n\r\n", ": ping\n\n"])
        #expect(framer.hasPartialBlock)
    }

    @Test("a body reads as events")
    func body() async throws {
        var seen: [String] = []
        for try await event in Body.string("data: 1\n\ndata: 2\n\n").serverSentEvents() { seen.append(event.data) }
        #expect(seen == ["1", "2"])
    }
}

import ClawBase
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("Logs")
struct LogTests {
    private func lines(_ chunks: [[UInt8]], limit: Int = 1 << 20, timestamps: Bool = false) async throws -> [LogLine] {
        let api = KubernetesClient(ScriptedTransport([.stream(chunks)]))
        var lines: [LogLine] = []
        for try await line in api.logs("web", in: "demo", timestamps: timestamps, lineLimit: limit) { lines.append(line) }
        return lines
    }

    @Test("swiftkube defect 20: a line ends at a line feed and nowhere else")
    func separators() async throws {
        let text = "one\u{2028}still one\u{85}and\u{2029}on\r\ntwo\r three\n\nlast"
        #expect(try await lines([Array(text.utf8)]).map(\.text) == [
            "one\u{2028}still one\u{85}and\u{2029}on\r", "two\r three", "", "last",
        ])
    }

    @Test("however the bytes are chunked, the lines are the same")
    func chunks() async throws {
        let bytes = Array("first é\nsecond\u{1F600}\n\nthird".utf8)
        for size in 1...bytes.count {
            let chunks = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(try await lines(chunks).map(\.text) == ["first é", "second\u{1F600}", "", "third"])
        }
    }

    @Test("an endless line is cut, says so, and the next one is whole", arguments: [1, 3, 7, 100])
    func longLines(_ size: Int) async throws {
        let bytes = Array("123456789\nab\n1234\n12345".utf8)
        let chunks = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        #expect(try await lines(chunks, limit: 4) == [
            LogLine("1234", isCut: true), LogLine("ab"), LogLine("1234"), LogLine("1234", isCut: true),
        ])
    }

    @Test("timestamps become moments; bytes that are no UTF-8 are replaced")
    func timestamps() async throws {
        let found = try await lines(
            [Array("2026-01-01T00:00:00.5Z hello world\n".utf8), [0xFF, 0x0A]], timestamps: true)
        #expect(found[0] == LogLine("hello world", written: Timestamp(rfc3339: "2026-01-01T00:00:00.5Z")))
        #expect(found[1].text == "\u{FFFD}")
    }

    @Test("every option is a parameter of the request; a followed log may be silent for ever")
    func parameters() async throws {
        let transport = ScriptedTransport { _ in .stream([]) }
        let api = KubernetesClient(transport)
        for try await _ in api.logs("web", in: "demo") {}
        for try await _ in api.logs(
            "web", in: "demo", container: "app", follow: true, since: .milliseconds(1500), tail: 10, previous: true,
            timestamps: true)
        {}
        for try await _ in api.logs("web", in: "demo", sinceMoment: Timestamp(seconds: 0)) {}
        let requests = transport.requests
        #expect(requests.allSatisfy { $0.path == "/api/v1/namespaces/demo/pods/web/log" })
        #expect(requests[0].query == [:] && requests[0].idleTimeout != nil)
        #expect(requests[1].query == [
            "container": "app", "follow": "true", "sinceSeconds": "1", "tailLines": "10", "previous": "true",
            "timestamps": "true",
        ])
        #expect(requests[1].idleTimeout == nil)
        #expect(requests[2].query["sinceTime"] == "1970-01-01T00:00:00Z")
    }

    @Test("a refusal is thrown at the first line, typed")
    func refusal() async throws {
        let api = KubernetesClient(ScriptedTransport([.refusal(404, "NotFound")]))
        let error = try await #require(throws: KubernetesError.self) {
            for try await _ in api.logs("web", in: "demo") {}
        }
        #expect(error.isNotFound)
    }
}

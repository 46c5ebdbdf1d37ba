import ClawBase
import FoundationEssentials
import HTTPTypes
import Testing

@Suite("Recording and replay")
struct RecordingTests {
    private func withFile<R>(_ body: (String) async throws -> R) async throws -> R {
        let path = FileManager.default.temporaryDirectory.appending(path: "clawkit-\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    private func text(of path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    @Test("what was recorded is replayed: statuses, headers, bodies text or binary, broken streams, failures, order")
    func roundTrip() async throws {
        try await withFile { path in
            let script = ScriptedTransport { request in
                switch request.path {
                case "/text": Response(status: .ok, headers: [.contentType: "text/plain"], body: .string("grüße"))
                case "/binary": Response(status: .created, body: .bytes([0, 255, 1, 254]))
                case "/stream": Response(status: .ok, body: stream(["a\n", "b\n"]))
                case "/broken": Response(status: .ok, body: stream(["half"], failing: lost))
                default: throw lost
                }
            }
            let recorder = try script.recorded(to: path)
            func run(_ transport: some Transport) async -> [String] {
                var story: [String] = []
                for target in ["/text?limit=1", "/binary", "/stream", "/broken", "/gone", "/text?limit=2", "/text?limit=1"] {
                    do {
                        let response = try await transport.send(Request(.get, target))
                        story.append("\(response.status.code) \(response.headers[.contentType] ?? "-")")
                        for try await chunk in response.body { story.append("\(chunk)") }
                    } catch { story.append("✂") }
                }
                return story
            }
            let live = await run(recorder)
            #expect(recorder.failure == nil)
            #expect(try text(of: path).split(separator: "\n").count == 7)
            let replay = try ReplayTransport(contentsOf: path)
            let replayed = await run(replay)
            #expect(replayed.filter { $0 == "✂" || $0.hasPrefix("2") } == live.filter { $0 == "✂" || $0.hasPrefix("2") })
            #expect(replay.unused.isEmpty)
            await #expect { try await replay.send(Request(.get, "/text?limit=1")) } throws: {
                ($0 as? TransportError)?.code == .unreachable
            }
        }
    }

    @Test("no secret reaches the file; a replay still finds its targets")
    func secrets() async throws {
        try await withFile { path in
            let response = Response(status: .ok, headers: [.setCookie: "s3cret"], body: .string("s3cret"))
            let request = Request(
                .post, "/api/v1/namespaces/a/secrets/b?token=s3cret", headers: [.authorization: "Bearer s3cret"],
                body: .string("s3cret"))
            _ = try await ScriptedTransport([response]).recorded(to: path).send(request).text()
            let line = try text(of: path)
            #expect(!line.contains("s3cret") && line.contains("secrets/b?token=%5Bredacted%5D"))
            #expect(try await ReplayTransport(contentsOf: path).send(request).status == .ok)
        }
    }

    @Test("a body given up is recorded as far as it was read")
    func abandoned() async throws {
        try await withFile { path in
            let recorder = try ScriptedTransport { _ in Response(status: .ok, body: stream(["one", "two"])) }.recorded(to: path)
            do {
                let response = try await recorder.send(Request(.get, "/watch"))
                for try await _ in response.body { break }
            }
            #expect(try text(of: path).contains(#""text":"one""#))
        }
    }

    @Test("a file that is no recording is told with its line")
    func broken() async throws {
        try await withFile { path in
            try Data("\n{\"half\":".utf8).write(to: URL(filePath: path))
            #expect { try ReplayTransport(contentsOf: path) } throws: { ($0 as? Finding)?.field == "line 2" }
            #expect(throws: Finding.self) { try ReplayTransport(contentsOf: path + "-none") }
        }
    }
}

import ClawBase
import ClawHTTPServer
import Foundation

/// Serves a model's stream of fifty chunks, each a packet of its own, without a pause: the fastest that a stream can be.
/// - Parameter isIdle: whether nothing comes after the first word.
func serveUpstream(isIdle: Bool) async throws {
    let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: .silent)
    let handler = ClosureHandler { request in
        guard (try? await request.body.collect(limit: 1 << 20)) != nil else { return Response(status: .badRequest) }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .stream(ByteStream(Chunks(count: isIdle ? 2 : Chunks.all.count))))
    }
    try await server.withServer(handler) { address in
        print(address)
        fflush(nil)
        try await SystemTime().sleep(for: .seconds(3600))
    }
}

private struct Chunks: AsyncSequence, Sendable {
    /// After so many nothing comes any more.
    let count: Int

    static let all: [[UInt8]] = {
        func chunk(_ delta: String, finish: String = "null") -> [UInt8] {
            let json = #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4o-mini","#
                + #""choices":[{"index":0,"delta":{\#(delta)},"finish_reason":\#(finish)}],"usage":null}"#
            return Array("data: \(json)\n\n".utf8)
        }
        let end = #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4o-mini","#
            + #""choices":[],"usage":{"prompt_tokens":12,"completion_tokens":48,"total_tokens":60}}"#
        return [chunk(#""role":"assistant","content":"""#)]
            + (0..<46).map { _ in chunk(#""content":" word""#) }
            + [chunk("", finish: #""stop""#), Array("data: \(end)\n\n".utf8), Array("data: [DONE]\n\n".utf8)]
    }()

    struct AsyncIterator: AsyncIteratorProtocol {
        let count: Int
        var next = 0
        mutating func next() async throws -> [UInt8]? {
            guard next < Chunks.all.count else { return nil }
            if next == count { try await SystemTime().sleep(for: .seconds(3600)) }
            defer { next += 1 }
            return Chunks.all[next]
        }
    }
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(count: count) }
}

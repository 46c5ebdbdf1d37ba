import BenchmarkSupport
import ClawBase
import ClawGateway
import ClawLedger
import Foundation

/// What the gateway itself takes, without sockets: key, budgets, route, upstream's dialect, ledger.
func alone(_ count: Int) async throws {
    let book = UsageBook(store: MemoryShareStore(), holder: "benchmark")
    let gateway = try gateway(upstream: "http://127.0.0.1/v1", transport: CannedTransport(), book: book)
    let body = Array(
        (#"{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are a helpful assistant."},"#
            + #"{"role":"user","content":"Say hello in one short sentence please."}],"max_tokens":64}"#).utf8)
    let request = Request(
        .post, "/v1/chat/completions",
        headers: [
            .contentType: "application/json", .authorization: "Bearer \(benchmarkKey)",
            .contentLength: String(body.count),
        ], body: .bytes(body))
    let numbers = (0..<count).map { $0 }
    func once(_ number: Int) async throws {
        // The ledger's share belongs to the cost of a request.
        if number % 500 == 0 { try await book.flush() }
        let response = await gateway.respond(to: request)
        guard response.status == .ok else { throw Finding(.internalError, "The gateway answered \(response.status).") }
    }
    for number in numbers.prefix(1000) { try await once(number) }
    let time = try await best(of: count > 1000 ? 5 : 1) { for number in numbers { try await once(number) } }
    report("the gateway alone, in this process", count, "requests", time, String(format: "%.1f us each", time.processor / Double(count) * 1e6))
}

private struct CannedTransport: Transport {
    private let answer = Array(
        (#"{"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"gpt-4o-mini","choices":[{"index":0,"#
            + #""message":{"role":"assistant","content":"Hello from the mock upstream, this is a short answer."},"#
            + #""finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":11,"total_tokens":23}}"#).utf8)

    func send(_ request: Request) async throws -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json", .contentLength: String(answer.count), .server: "nginx/1.22.1"],
            body: .bytes(answer))
    }
}

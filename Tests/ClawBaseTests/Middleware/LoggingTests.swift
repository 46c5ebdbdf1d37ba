import ClawBase
import HTTPTypes
import Logging
import Synchronization
import Testing

@Suite("Logs, metrics and traces of exchanges")
struct LoggingTests {
    private final class Lines: Sendable {
        let all = Mutex<[(level: Logger.Level, message: String, facts: Logger.Metadata)]>([])
        var text: String { all.withLock { "\($0)" } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            lines.all.withLock { $0.append((event.level, "\(event.message)", event.metadata ?? [:])) }
        }
    }

    private let lines = Lines()
    private var logger: Logger {
        let lines = lines
        return Logger(label: "test") { _ in Handler(lines: lines) }
    }

    private let secretRequest = Request(
        .post, "/login?token=s3cret&Access_Token=s3cret&limit=5&continue=c",
        headers: [.authorization: "Bearer s3cret", .cookie: "session=s3cret", .accept: "text/html"],
        body: .string("password=s3cret"))

    @Test("a log line says what and how it went; no credential, cookie, token or body is in it")
    func redaction() async throws {
        let response = Response(status: .ok, headers: [.setCookie: "s3cret", .contentType: "text/html"], body: .string("s3cret"))
        _ = try await ScriptedTransport([response]).logged(logger).send(secretRequest)
        let line = try #require(lines.all.withLock { $0.first })
        #expect(line.message == "HTTP exchange" && line.level == .debug)
        #expect(line.facts["method"] == "POST" && line.facts["status"] == "200")
        #expect(line.facts["target"] == "/login?token=%5Bredacted%5D&Access_Token=%5Bredacted%5D&limit=5&continue=c")
        #expect(lines.text.contains("text/html"))
        #expect(!lines.text.contains("s3cret"))
    }

    @Test("failures are warnings; of foreign errors only the kind is told")
    func failures() async throws {
        struct Foreign: Error { let secret = "s3cret" }
        _ = try await ScriptedTransport([.status(500)]).logged(logger).send(secretRequest)
        await #expect(throws: lost) { try await ScriptedTransport { _ in throw lost }.logged(logger).send(secretRequest) }
        await #expect(throws: Foreign.self) {
            try await ScriptedTransport { _ in throw Foreign() }.logged(logger).send(secretRequest)
        }
        #expect(lines.all.withLock { $0.map(\.level) } == [.warning, .warning, .warning])
        #expect(lines.text.contains("the connection broke") && lines.text.contains("Foreign"))
        #expect(!lines.text.contains("s3cret"))
    }

    @Test("requests are counted by route, and routes are bounded however many paths there are")
    func metrics() async throws {
        let metrics = ClientMetrics(routeLimit: 3) { "/things/\($0.path.count)" }
        let transport = ScriptedTransport { request in
            if request.path == "/lost" { throw lost }
            return .status(200)
        }.metered(metrics)
        for number in 0..<2000 { _ = try await transport.send(Request(.get, "/\(String(repeating: "x", count: number % 50))")) }
        await #expect(throws: lost) { try await transport.send(Request(.init("HACK")!, "/lost")) }
        var text = MetricsText()
        metrics.write(to: &text)
        let routes = Set(text.text.split(separator: "\n").filter { $0.hasPrefix("clawkit_http_client_requests_total") })
        #expect(routes.count == 5)
        #expect(text.text.contains(#"requests_total{method="GET",route="other",status="200"} 1880"#))
        #expect(text.text.contains(#"requests_total{method="other",route="other",status="error"} 1"#))
        #expect(text.text.contains("clawkit_http_client_requests_in_flight 0"))
    }

    private final class Tracer: RequestTracer, RequestSpan {
        let log = Mutex<[String]>([])
        func begin(_ request: inout Request) -> any RequestSpan {
            request.headers[HTTPField.Name("traceparent")!] = "00-1-2-01"
            log.withLock { $0.append("begin") }
            return self
        }
        func end(_ response: Response) { log.withLock { $0.append("\(response.status.code)") } }
        func end(failure: any Error) { log.withLock { $0.append("\(failure)") } }
    }

    @Test("a span begins and ends around each attempt, and its context goes with the request")
    func traces() async throws {
        let (tracer, time) = (Tracer(), VirtualTime())
        let script = ScriptedTransport([.status(503), .status(200)])
        let transport = script.traced(tracer).retrying(time: time)
        _ = try await time.running { try await transport.send(Request(.get, "/")) }
        #expect(tracer.log.withLock { $0 } == ["begin", "503", "begin", "200"])
        #expect(script.requests.allSatisfy { $0.headers[HTTPField.Name("traceparent")!] == "00-1-2-01" })
    }
}

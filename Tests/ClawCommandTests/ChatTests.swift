import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("Chat")
struct ChatTests {
    private static let answer: [ServerSentEvent] = [
        .init(data: #"{"delta":"echo: "}"#), .init(data: #"{"delta":"hello"}"#), .init(data: #"{"done":true}"#),
    ]

    @Test("the deltas are written as they come, then the line ends")
    func text() async {
        let bench = Bench { _ in Answer.events(Self.answer) }
        let outcome = await bench.run("chat", "--user", "ada", "--project", "demo", "hello")
        #expect(outcome.status == .ok)
        #expect(outcome.writes == ["echo: ", "hello", "\n"])
        #expect(bench.exchanges == ["POST /r/demo/ada/chat"])
    }

    @Test("with JSON output each event is one line")
    func json() async {
        let bench = Bench { _ in Answer.events(Self.answer) }
        let outcome = await bench.run("chat", "--user", "ada", "--project", "demo", "hello", "--output", "json")
        #expect(outcome.lines == [#"{"delta":"echo: "}"#, #"{"delta":"hello"}"#, #"{"done":true}"#])
    }

    @Test("the message goes along with the token that was given")
    func request() async throws {
        let seen = Mutex<(String?, JSON?)>((nil, nil))
        let bench = Bench { request in
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) }
            seen.withLock { $0 = (request.headers[.authorization], body) }
            return Answer.events(Self.answer)
        }
        _ = await bench.run("chat", "--user", "ada", "--project", "demo", "--token", "adas-token", #"say "hi""#)
        #expect(seen.withLock { $0.0 } == "Bearer adas-token")
        #expect(seen.withLock { $0.1 } == ["message": #"say "hi""#])
    }

    @Test("an error event goes to stderr, with exit code 1")
    func errorEvent() async {
        let error = ServerSentEvent(data: #"{"error":{"code":"E_UPSTREAM","message":"The model is away."}}"#)
        let bench = Bench { _ in Answer.events([Self.answer[0], error]) }
        let outcome = await bench.run("chat", "--user", "ada", "--project", "demo", "hello")
        #expect(outcome.status == .failed)
        #expect(outcome.out == "echo: \n")
        #expect(outcome.error == "claw: E_UPSTREAM: The model is away.\n")
    }

    @Test("an answer that breaks off is no success")
    func brokenOff() async {
        let bench = Bench { _ in Answer.events([Self.answer[0]]) }
        let outcome = await bench.run("chat", "--user", "ada", "--project", "demo", "hello")
        #expect(outcome.status == .failed)
        #expect(outcome.error.contains("broke off"))
    }

    @Test("a runtime that is waking is asked again when it says")
    func waking() async throws {
        let asked = Mutex(0)
        let time = VirtualTime()
        var bench = Bench { _ in
            let count = asked.withLock { count in
                count += 1
                return count
            }
            guard count < 3 else { return Answer.events(Self.answer) }
            var response = Answer.finding("E_WAKING", "The runtime is waking.", 503)
            response.headers[.retryAfter] = "2"
            return response
        }
        bench.time = time
        let start = time.now
        let outcome = try await advancing(time) { [bench] in
            await bench.run("chat", "--user", "ada", "--project", "demo", "hello")
        }
        #expect(outcome.status == .ok)
        #expect(time.now - start == .seconds(4))
    }

    @Test("one that does not wake in time fails with the platform's reason")
    func neverWakes() async throws {
        let time = VirtualTime()
        var bench = Bench { _ in
            var response = Answer.finding("E_WAKING", "The runtime is waking.", 503)
            response.headers[.retryAfter] = "3"
            return response
        }
        bench.time = time
        let outcome = try await advancing(time) { [bench] in
            await bench.run("chat", "--user", "ada", "--project", "demo", "--timeout", "10s", "hello")
        }
        #expect(outcome.status == .failed)
        #expect(outcome.error == "claw: E_WAKING: The runtime is waking.\n")
    }

    @Test("somebody else's runtime is refused, one that is not there is not found")
    func refused() async {
        let denied = Bench { _ in Answer.finding("E_FORBIDDEN", "That is not yours.", 403) }
        #expect(await denied.run("chat", "--user", "ada", "--project", "demo", "x").status == .refused)
        #expect(await Bench(FakePlatform()).run("chat", "--user", "ada", "x").status == .notFound)
    }
}

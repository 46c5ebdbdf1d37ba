import ClawBase
import HTTPTypes
import Synchronization
import Testing

@Suite("Retries", .timeLimit(.minutes(10)))
struct RetryTests {
    private let time = VirtualTime()

    private func outcome(
        of request: Request, _ script: ScriptedTransport, _ policy: RetryPolicy = RetryPolicy(),
        budget: RetryBudget = RetryBudget()
    ) async throws -> Int {
        let transport = script.retrying(policy, budget: budget, time: time)
        return try await time.running { try await transport.send(request).status.code }
    }

    @Test("an idempotent request is tried again after 429 and 5xx", arguments: [429, 500, 502, 503, 504])
    func statuses(code: Int) async throws {
        for method in [HTTPRequest.Method.get, .head, .put, .delete, .options] {
            let script = ScriptedTransport([.status(code), .status(code), .status(200)])
            #expect(try await outcome(of: Request(method, "/"), script) == 200)
            #expect(script.requests.count == 3)
        }
    }

    @Test("answers that will not change stand", arguments: [400, 401, 403, 404, 409, 410, 422, 501])
    func final(code: Int) async throws {
        let script = ScriptedTransport([.status(code)])
        #expect(try await outcome(of: Request(.get, "/"), script) == code)
    }

    @Test("the last attempt's answer stands, whatever it is")
    func attempts() async throws {
        let script = ScriptedTransport((1...9).map { _ in .status(503) })
        #expect(try await outcome(of: Request(.get, "/"), script, RetryPolicy(attempts: 3)) == 503)
        #expect(script.requests.count == 3)
        let once = ScriptedTransport([.status(503)])
        #expect(try await outcome(of: Request(.get, "/"), once, .never) == 503)
    }

    @Test("what may have been done is not done twice")
    func notIdempotent() async throws {
        for method in [HTTPRequest.Method.post, .patch] {
            let refused = ScriptedTransport([.status(503)])
            #expect(try await outcome(of: Request(method, "/"), refused) == 503)
            let broken = ScriptedTransport { _ in throw lost }
            await #expect(throws: lost) { try await outcome(of: Request(method, "/"), broken) }
            #expect(broken.requests.count == 1)
        }
        var upgrade = Request(.get, "/exec", headers: [.connection: "Upgrade", .upgrade: "websocket"])
        upgrade.headers[.accept] = "*/*"
        let script = ScriptedTransport([.status(503)])
        #expect(try await outcome(of: upgrade, script) == 503)
    }

    @Test("what nobody received, and what a server asks to send later, may be sent again by any method")
    func surelyUndone() async throws {
        let count = Mutex(0)
        let script = ScriptedTransport { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == 1 { throw TransportError(code: .unreachable, message: "nobody listens") }
            return number == 2 ? .status(429, [.retryAfter: "1"]) : .status(201)
        }
        #expect(try await outcome(of: Request(.post, "/", body: .string("x")), script) == 201)
        #expect(script.requests.map { $0.body.length } == [1, 1, 1])
    }

    @Test("a body that is a stream is sent once")
    func streams() async throws {
        let script = ScriptedTransport([.status(503)])
        #expect(try await outcome(of: Request(.put, "/", body: stream(["a"])), script) == 503)
    }

    @Test("a lost connection is tried again; a passed deadline and refused TLS are not")
    func failures() async throws {
        let calls = Mutex(0)
        let script = ScriptedTransport { _ in
            if calls.withLock({ $0 += 1; return $0 }) < 3 { throw lost }
            return .status(200)
        }
        #expect(try await outcome(of: Request(.get, "/"), script) == 200)
        for code in [TransportError.Code.timeout, .tls, .invalidRequest, .closed] {
            let error = TransportError(code: code, message: "x")
            let script = ScriptedTransport { _ in throw error }
            await #expect(throws: error) { try await outcome(of: Request(.get, "/"), script) }
            #expect(script.requests.count == 1)
        }
    }

    @Test("Retry-After in seconds and as a date is waited for")
    func retryAfter() async throws {
        let start = time.now
        for header in ["7", (start + .seconds(7 + 7)).httpDate] {
            let before = time.now
            let script = ScriptedTransport([.status(503, [.retryAfter: header]), .status(200)])
            #expect(try await outcome(of: Request(.get, "/"), script) == 200)
            #expect(time.now - before == .seconds(7))
        }
    }

    @Test("Retry-After is read in both forms and no other")
    func forms() {
        let now = Timestamp(seconds: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT
        func delay(_ text: String) -> Duration? { RetryAfter.delay(in: [.retryAfter: text], now: now) }
        #expect(delay("120") == .seconds(120))
        #expect(delay("0") == .zero)
        #expect(delay("Sun, 06 Nov 1994 08:50:37 GMT") == .seconds(60))
        #expect(delay("Sun, 06 Nov 1994 08:00:00 GMT") == .zero)
        #expect(delay("99999999999999999999") == .seconds(86_400 * 365))
        for text in ["-1", "1.5", "soon", "", "06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT"] { #expect(delay(text) == nil) }
        #expect(RetryAfter.delay(in: [:], now: now) == nil)
    }

    @Test("a wait longer than the longest is not begun")
    func tooLong() async throws {
        let script = ScriptedTransport([.status(429, [.retryAfter: "3600"])])
        let before = time.now
        #expect(try await outcome(of: Request(.get, "/"), script) == 429)
        #expect(time.now == before)
    }

    @Test("waits grow, with jitter, within their bounds")
    func backoff() async throws {
        let script = ScriptedTransport((1...4).map { _ in .status(500) })
        let before = time.now
        _ = try await outcome(of: Request(.get, "/"), script)
        let waited = time.now - before
        #expect(waited >= .milliseconds(50 + 100 + 200) && waited <= .milliseconds(100 + 200 + 400))
    }

    @Test("retries stop when their budget is spent, and come back with traffic")
    func budget() async throws {
        let budget = RetryBudget(perRequest: 0.5, reserve: 2)
        let script = ScriptedTransport { _ in .status(503) }
        _ = try await outcome(of: Request(.get, "/"), script, budget: budget)
        #expect(script.requests.count == 3)  // one, and the two of the reserve
        _ = try await outcome(of: Request(.get, "/"), script, budget: budget)
        #expect(script.requests.count == 4)  // half a retry is none
        _ = try await outcome(of: Request(.get, "/"), script, budget: budget)
        #expect(script.requests.count == 6)
    }

    @Test("cancelling ends the wait")
    func cancelling() async throws {
        let transport = ScriptedTransport { _ in .status(503) }.retrying(time: time)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await transport.send(Request(.get, "/")) }
            try await comesAbout("the wait") { time.sleeperCount == 1 }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(time.sleeperCount == 0)
    }
}

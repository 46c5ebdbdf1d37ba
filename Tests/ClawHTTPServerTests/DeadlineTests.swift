import ClawBase
import ClawHTTPServer
import HTTPTypes
import Testing

@Suite("Deadlines and limits", .timeLimit(.minutes(10)))
struct DeadlineTests {
    @Test("a server that does not answer in time")
    func headTimeout() async throws {
        try await withServer { _ in
            try? await Task.sleep(for: .seconds(3600))
            return .text("late")
        } _: { transport, address in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(Request(.get, "/", headTimeout: .milliseconds(100)))
            }
            #expect(error?.code == .timeout)
            #expect(error?.message == "\(address) did not answer GET within 0.1 s.")
        }
    }

    @Test("a server that falls silent in the midst of its answer")
    func idleTimeout() async throws {
        let (stream, source) = AsyncStream<[UInt8]>.makeStream()
        source.yield([1])
        try await withServer { _ in
            Response(status: .ok, body: .stream(stream))
        } _: { transport, address in
            let response = try await transport.send(Request(.get, "/", idleTimeout: .milliseconds(200)))
            var chunks = response.body.makeAsyncIterator()
            #expect(try await chunks.next() == [1])
            do {
                _ = try await chunks.next()
                Issue.record("silence was due to fail")
            } catch let error as TransportError {
                #expect(error.code == .timeout)
                #expect(error.message == "\(address) fell silent for 0.2 s in the midst of its answer.")
            }
        }
    }

    @Test("the limit on silence may be lowered while the answer is read")
    func loweredLimit() async throws {
        let (stream, source) = AsyncStream<[UInt8]>.makeStream()
        source.yield([1])
        try await withServer { _ in
            Response(status: .ok, body: .stream(stream))
        } _: { transport, address in
            var request = Request(.get, "/", idleTimeout: nil)
            let silence = SilenceLimit(.seconds(3600), least: .milliseconds(200))
            request.silence = silence
            let response = try await transport.send(request)
            var chunks = response.body.makeAsyncIterator()
            #expect(try await chunks.next() == [1])
            silence.limit = .zero
            #expect(silence.limit == .milliseconds(200), "never below the least")
            do {
                _ = try await chunks.next()
                Issue.record("silence was due to fail")
            } catch let error as TransportError {
                #expect(error.message == "\(address) fell silent for 0.2 s in the midst of its answer.")
            }
        }
    }

    @Test("a slow reader is not a silent server")
    func slowReader() async throws {
        // Long enough for a busy machine, whose server may be silent for a while too.
        let limit = Duration.seconds(8)
        try await withServer { _ in
            Response(status: .ok, body: .stream(Chunks(count: 1000)))
        } _: { transport, _ in
            let response = try await transport.send(Request(.get, "/", idleTimeout: limit))
            let start = ContinuousClock.now
            try await eventually("more time has passed than a server may be silent") { .now > start + limit * 1.5 }
            let body = try await response.body.collect(limit: 1000 * Chunks.size)
            #expect(body.count == 1000 * Chunks.size)
        }
    }

    @Test("reading a body beyond the server's limit throws a finding", arguments: [true, false])
    func bodyLimit(lengthIsKnown: Bool) async throws {
        let bytes = Array(repeating: UInt8(1), count: 3 * Chunks.size)
        try await withServer(limits: .init(bodyBytes: 100_000)) { request in
            do {
                for try await _ in request.body {}
                return .text("read")
            } catch let finding as Finding {
                return .text(finding.description, status: .contentTooLarge)
            } catch {
                return .text("\(error)", status: .internalServerError)
            }
        } _: { transport, _ in
            let body: Body = lengthIsKnown ? .bytes(bytes) : .stream(Chunks(count: 3))
            let response = try await transport.send(Request(.post, "/", body: body))
            #expect(response.status == .contentTooLarge)
            let text = try await response.text()
            #expect(text == "E_BODY_TOO_LARGE: The body is larger than the limit of 100000 bytes; send less.")
        }
    }

    @Test("too many header bytes are refused without asking the handler")
    func headerLimit() async throws {
        let asked = Counter()
        try await withServer(limits: .init(headerBytes: 4096)) { _ in
            asked.add()
            return .text("")
        } _: { transport, _ in
            let headers: HTTPFields = [.cookie: String(repeating: "x", count: 10_000)]
            let response = try await transport.send(Request(.get, "/", headers: headers))
            #expect(response.status == .badRequest)
            #expect(asked.value == 0)
        }
    }

    @Test("a body is read once")
    func readTwice() async throws {
        try await withServer { request in
            let first = (try? await request.body.collect(limit: 100).count) ?? -1
            let second = (try? await request.body.collect(limit: 100).count) ?? -1
            return .text("\(first) \(second)")
        } _: { transport, _ in
            let answer = try await transport.send(Request(.post, "/", body: .string("abc"))).text()
            #expect(answer == "3 -1")
        }
    }
}

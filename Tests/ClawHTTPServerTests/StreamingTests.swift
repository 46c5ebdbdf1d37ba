import ClawBase
import ClawHTTPServer
import HTTPTypes
import Testing

@Suite("Streams", .timeLimit(.minutes(10)))
struct StreamingTests {
    @Test("each chunk of a response arrives before the next one is there")
    func oneByOne() async throws {
        let (stream, source) = AsyncStream<[UInt8]>.makeStream()
        try await withServer { _ in
            Response(status: .ok, body: .stream(stream))
        } _: { transport, _ in
            let response = try await transport.send(Request(.get, "/"))
            var chunks = response.body.makeAsyncIterator()
            for word in ["one", "two", "three"] {
                source.yield(Array(word.utf8))
                let chunk = try await chunks.next()
                #expect(chunk == Array(word.utf8))
            }
            source.finish()
            #expect(try await chunks.next() == nil)
        }
    }

    @Test("a reader that does not read stops the server's production")
    func responseBackPressure() async throws {
        let produced = Counter()
        try await withServer { _ in
            Response(status: .ok, body: .stream(Chunks(count: 4000, taken: produced)))
        } _: { transport, _ in
            let response = try await transport.send(Request(.get, "/"))
            try await produced.settled()
            // What fits: the transport's buffer and the kernel's two, which may grow to some 40 MB.
            #expect(produced.value < 2000 * Chunks.size)
            var received = 0
            for try await chunk in response.body { received += chunk.count }
            #expect(received == 4000 * Chunks.size)
        }
    }

    @Test("a handler that does not read stops the client's production, and gets everything once it reads")
    func requestBackPressure() async throws {
        let gate = Gate()
        let produced = Counter()
        try await withServer(limits: .init(bodyBytes: 1 << 30)) { request in
            await gate.pass()
            var received = 0
            do { for try await chunk in request.body { received += chunk.count } } catch { return .text("\(error)") }
            return .text(String(received))
        } _: { transport, _ in
            try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask {
                    let body = Body.stream(Chunks(count: 2000, taken: produced))
                    // The answer comes when all is read, which may take a busy machine long.
                    let request = Request(.post, "/", body: body, headTimeout: .seconds(600), idleTimeout: .seconds(600))
                    return try await transport.send(request).text()
                }
                try await eventually("the handler was called") { gate.arrivals.value == 1 }
                try await produced.settled()
                #expect(produced.value < 1000 * Chunks.size)
                gate.open()
                let answer = try await group.next()
                #expect(answer == String(2000 * Chunks.size))
            }
        }
    }

    @Test("the client's task, cancelled while it reads, ends the server's stream")
    func cancelledReader() async throws {
        let (stream, source) = AsyncStream<[UInt8]>.makeStream()
        let ended = Counter()
        source.onTermination = { _ in ended.add() }
        try await withServer { _ in
            Response(status: .ok, body: .stream(stream))
        } _: { transport, _ in
            await withTaskGroup(of: Void.self) { group in
                let started = Counter()
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        let response = try await transport.send(Request(.get, "/", idleTimeout: nil))
                        started.add()
                        for try await _ in response.body {}
                    }
                }
                try? await eventually("the head is there") { started.value == 1 }
                group.cancelAll()
            }
            try await eventually("the server's stream has ended") { ended.value == 1 }
        }
    }

    @Test("a body dropped unread ends the server's stream")
    func droppedBody() async throws {
        let (stream, source) = AsyncStream<[UInt8]>.makeStream()
        let ended = Counter()
        source.onTermination = { _ in ended.add() }
        try await withServer { _ in
            Response(status: .ok, body: .stream(stream))
        } _: { transport, _ in
            let status = try await transport.send(Request(.get, "/")).status
            #expect(status == .ok)
            try await eventually("the server's stream has ended") { ended.value == 1 }
        }
    }

    @Test("a client that leaves before the answer cancels the handler")
    func leftBeforeTheAnswer() async throws {
        let entered = Counter()
        let cancelled = Counter()
        try await withServer { _ in
            entered.add()
            do { try await Task.sleep(for: .seconds(3600)) } catch { cancelled.add() }
            return .text("late")
        } _: { transport, _ in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await transport.send(Request(.get, "/")) }
                }
                try? await eventually("the handler was called") { entered.value == 1 }
                group.cancelAll()
            }
            try await eventually("the handler was cancelled") { cancelled.value == 1 }
        }
    }

    @Test("a stream that fails on the server is seen as broken by the client")
    func broken() async throws {
        struct Broken: Error {}
        try await withServer { _ in
            let (stream, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
            source.yield([1])
            source.finish(throwing: Broken())
            return Response(status: .ok, body: .stream(stream))
        } _: { transport, _ in
            let response = try await transport.send(Request(.get, "/"))
            let error = await #expect(throws: TransportError.self) { try await response.body.collect(limit: 10) }
            #expect(error?.code == .disconnected)
        }
    }

    @Test("a stream that yields less than it promised is seen as broken by the client")
    func tooShort() async throws {
        try await withServer { _ in
            Response(status: .ok, body: .stream(Chunks(count: 1), length: 2 * Chunks.size))
        } _: { transport, _ in
            let response = try await transport.send(Request(.get, "/"))
            await #expect(throws: TransportError.self) { try await response.body.collect(limit: 1 << 20) }
        }
    }

    @Test("a request's stream that fails reaches neither side as a whole body")
    func brokenUpload() async throws {
        struct Broken: Error {}
        let entered = Counter()
        let breaks = Counter()
        let wholes = Counter()
        try await withServer { request in
            entered.add()
            do {
                _ = try await request.body.collect(limit: 1000)
                wholes.add()
            } catch { breaks.add() }
            return .text("")
        } _: { transport, _ in
            let (stream, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
            source.yield([1])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: Broken.self) {
                        try await transport.send(Request(.post, "/", body: .stream(stream)))
                    }
                }
                try await eventually("the handler reads") { entered.value == 1 }
                source.finish(throwing: Broken())
            }
            try await eventually("the handler noticed") { breaks.value + wholes.value == 1 }
            #expect(wholes.value == 0)
        }
    }

    @Test("an early refusal ends an upload that has no end")
    func earlyRefusal() async throws {
        try await withServer { _ in
            .text("no", status: .contentTooLarge)
        } _: { transport, _ in
            let (stream, source) = AsyncStream<[UInt8]>.makeStream()
            source.yield([1])
            let response = try await transport.send(Request(.post, "/", body: .stream(stream)))
            #expect(response.status == .contentTooLarge)
            source.finish()
        }
    }
}

import Testing

@testable import ClawBase

@Suite("Channels", .timeLimit(.minutes(10)))
struct PipeChannelTests {
    @Test("a writer waits while the reader does not read, and goes on when it does")
    func pressure() async throws {
        let (a, b) = PipeChannel.pair(limit: 10)
        try await a.write([1, 2, 3])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<100 { try await a.write(Array(repeating: 5, count: 10)) }
                await a.finish()
            }
            var count = 0
            while let bytes = try await b.read() { count += bytes.count }
            #expect(count == 1003)
            try await group.waitForAll()
        }
    }

    @Test("who has finished may still read")
    func halfClosed() async throws {
        let (a, b) = PipeChannel.pair()
        await a.finish()
        #expect(try await b.read() == nil)
        try await b.write([1])
        #expect(try await a.read() == [1])
    }

    @Test("a closed channel fails its writers, and its peer reads what was left")
    func closed() async throws {
        let (a, b) = PipeChannel.pair()
        try await b.write([1])
        b.close()
        #expect(try await a.read() == [1])
        #expect(try await a.read() == nil)
        await #expect(throws: TransportError.self) { try await a.write([2]) }
        await #expect(throws: TransportError.self) { try await b.read() }
    }

    @Test("cancellation ends waiting reads and writes")
    func cancelled() async throws {
        let (a, b) = PipeChannel.pair(limit: 1)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await a.read() }
            group.addTask { for _ in 0..<3 { try await a.write([1]) } }
            group.cancelAll()
            while let result = await group.nextResult() {
                #expect(throws: CancellationError.self) { try result.get() }
            }
        }
        withExtendedLifetime(b) {}
    }

    @Test("joined channels pass bytes and ends both ways")
    func joined() async throws {
        let (client, front) = PipeChannel.pair()
        let (back, server) = PipeChannel.pair()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await join(front, back) }
            group.addTask {
                while let bytes = try await server.read() { try await server.write(bytes + bytes) }
                await server.finish()
            }
            try await client.write([1])
            #expect(try await client.read() == [1, 1])
            await client.finish()
            #expect(try await client.read() == nil)
            try await group.waitForAll()
        }
    }

    @Test("turns are taken in order; who is cancelled gives up his place")
    func turns() async throws {
        let turns = Turns()
        let (gate, opener) = PipeChannel.pair()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await turns.take { _ = try await gate.read() } }
            let waiting = group.addTaskUnlessCancelled { try await turns.take {} }
            #expect(waiting)
            try await opener.write([0])
            try await group.waitForAll()
        }
        try await turns.take {}
    }
}

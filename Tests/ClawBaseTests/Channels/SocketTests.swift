import Testing

@testable import ClawBase

@Suite("Loopback sockets", .timeLimit(.minutes(10)))
struct SocketTests {
    @Test("bytes go both ways with back-pressure, and each half ends by itself")
    func exchange() async throws {
        let listener = try LoopbackListener(port: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let server = try await listener.accept()
                while let bytes = try await server.read() { try await server.write(bytes) }
                await server.finish()
            }
            let client = try await LoopbackSocket.connect(listener.port)
            let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
            group.addTask {
                try await client.write(sent)
                await client.finish()
            }
            var read: [UInt8] = []
            while let bytes = try await client.read() { read += bytes }
            #expect(read == sent)
            try await group.waitForAll()
        }
    }

    @Test("a port where nobody listens is named in the error")
    func refused() async throws {
        let port = try LoopbackListener(port: 0).port
        // The listener is closed a moment after its release; until then its queue may still take a connection.
        try await comesAbout("nobody listens") {
            do {
                try await LoopbackSocket.connect(port).close()
                return false
            } catch {
                return (error as? TransportError)?.message.contains("\(port): connect: connection refused") == true
            }
        }
    }

    @Test("cancelling, or closing, ends a waiting read")
    func ended() async throws {
        let listener = try LoopbackListener(port: 0)
        let client = try await LoopbackSocket.connect(listener.port)
        let server = try await listener.accept()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await client.read() }
            group.addTask { _ = try await listener.accept() }
            group.cancelAll()
            while let result = await group.nextResult() { #expect(throws: CancellationError.self) { try result.get() } }
        }
        client.close()
        #expect(try await server.read() == nil)
    }
}

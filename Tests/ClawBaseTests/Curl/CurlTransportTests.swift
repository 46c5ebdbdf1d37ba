import HTTPTypes
import Testing

@testable import ClawBase

@Suite("The transport without a server")
struct CurlTransportTests {
    @Test("a refused connection names the place in a sentence")
    func refused() async throws {
        try await withCurlTransport { transport in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(Request(.get, "http://127.0.0.1:9/"))
            }
            #expect(error?.code == .unreachable)
            #expect(error?.message == "nobody listens at 127.0.0.1:9 (connection refused)")
        }
    }

    @Test("after shutdown requests are refused, and shutting down again is harmless")
    func closed() async {
        let transport = CurlTransport()
        await transport.shutdown()
        await transport.shutdown()
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, "http://127.0.0.1:9/"))
        }
        #expect(error?.code == .closed)
    }

    @Test("a cancelled task sends nothing")
    func cancelled() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                withUnsafeCurrentTask { $0?.cancel() }
                await #expect(throws: CancellationError.self) {
                    try await CurlTransport().send(Request(.get, "http://127.0.0.1:9/"))
                }
            }
        }
    }

    @Test("a missing socket file is unreachable")
    func socketFile() async throws {
        try await withCurlTransport(.init(baseURL: "http://local", unixSocket: "/nonexistent/socket")) { transport in
            let error = await #expect(throws: TransportError.self) { try await transport.send(Request(.get, "/")) }
            #expect(error?.code == .unreachable)
        }
    }
}

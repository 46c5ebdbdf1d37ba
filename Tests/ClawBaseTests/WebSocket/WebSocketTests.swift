import HTTPTypes
import Testing

@testable import ClawBase

@Suite("WebSockets in process", .timeLimit(.minutes(10)))
struct WebSocketTests {
    private func connect(
        _ request: Request, limit: Int = 1 << 16,
        _ serve: @escaping @Sendable (WebSocket) async throws -> Void
    ) async throws -> WebSocket {
        let transport = HandlerTransport(ClosureHandler { request in
            .webSocket(request, subprotocol: request.webSocketSubprotocols.last, messageLimit: limit, serve)
        })
        return try #require(try await transport.send(request).webSocket(for: request))
    }

    private let echo: @Sendable (WebSocket) async throws -> Void = { socket in
        while let message = try await socket.receive() { try await socket.send(message) }
    }

    @Test("the RFC's example of a handshake")
    func accept() {
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test("messages come back whole and in order, then both ends agree to close")
    func exchange() async throws {
        let socket = try await connect(.webSocket("/", subprotocols: ["a", "b"]), echo)
        #expect(socket.subprotocol == "b")
        for count in [0, 1, 125, 126, 65535, 65536] {
            let message = WebSocketMessage.binary(Array(repeating: 7, count: count))
            try await socket.send(message)
            #expect(try await socket.receive() == message)
        }
        try await socket.send(.text("grüße"))
        #expect(try await socket.receive() == .text("grüße"))
        try await socket.close()
        #expect(try await socket.receive() == nil)
        await #expect(throws: TransportError.self) { try await socket.send(.text("late")) }
    }

    @Test("too large a message ends the connection, and the sender is told why")
    func tooLarge() async throws {
        let socket = try await connect(.webSocket("/"), limit: 100, echo)
        try await socket.send(.binary(Array(repeating: 0, count: 101)))
        #expect(try await socket.receive() == nil)
    }

    @Test("pings are answered while somebody receives")
    func ping() async throws {
        let socket = try await connect(.webSocket("/", subprotocols: ["a", "b"]), echo)
        _ = socket.wasAlive()
        try await socket.ping([1, 2])
        try await socket.send(.text("x"))
        #expect(try await socket.receive() == .text("x"))
        #expect(socket.wasAlive())
        #expect(!socket.wasAlive())
    }

    @Test("many tasks may send at once without their frames mixing")
    func concurrent() async throws {
        let socket = try await connect(.webSocket("/", subprotocols: ["a", "b"]), echo)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in UInt8(0)..<50 {
                group.addTask { try await socket.send(.binary(Array(repeating: number, count: 5000))) }
            }
            var seen: Set<UInt8> = []
            for _ in 0..<50 {
                guard case .binary(let bytes)? = try await socket.receive(), let first = bytes.first else { continue }
                #expect(bytes.allSatisfy { $0 == first })
                seen.insert(first)
            }
            #expect(seen.count == 50)
            try await group.waitForAll()
        }
    }

    private static var wrong: [Request] {
        let post = Request(.post, "/", headers: Request.webSocket("/").headers)
        let bare: HTTPFields = [.connection: "upgrade", .upgrade: "websocket"]
        var short = Request.webSocket("/").headers
        if let key = HTTPField.Name("Sec-WebSocket-Key") { short[key] = "short" }
        return [Request(.get, "/"), post, Request(.get, "/", headers: bare), Request(.get, "/", headers: short)]
    }

    @Test("a request that is no WebSocket is refused", arguments: wrong.indices)
    func refused(_ index: Int) {
        let response = Response.webSocket(Self.wrong[index]) { _ in }
        let isUpgraded = response.upgrade != nil
        #expect([400, 426].contains(response.status.code))
        #expect(!isUpgraded)
    }
}

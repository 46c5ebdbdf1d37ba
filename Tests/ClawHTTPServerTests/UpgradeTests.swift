import ClawBase
import ClawCluster
import ClawHTTPServer
import HTTPTypes
import Testing

@Suite("Upgrades over sockets", .timeLimit(.minutes(10)))
struct UpgradeTests {
    private static let upgrade: HTTPFields = [.connection: "Upgrade", .upgrade: "echo"]

    @Sendable private static func echo(_ request: Request) async -> Response {
        guard request.wantsUpgrade else { return .text("plain") }
        guard request.path != "/no" else { return .text("not here", status: .notFound) }
        return .switchingProtocols(upgrade) { channel in
            while let bytes = try await channel.read() { try await channel.write(bytes) }
        }
    }

    private func channel(_ response: Response) throws -> any ByteChannel {
        #expect(response.status == .switchingProtocols)
        guard case .channel(let channel)? = response.upgrade else {
            throw Finding(.internalError, "The response was not upgraded.")
        }
        return channel
    }

    private func roundTrip(_ channel: any ByteChannel, _ bytes: [UInt8]) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await channel.write(bytes) }
            var back: [UInt8] = []
            while back.count < bytes.count, let chunk = try await channel.read() { back += chunk }
            try await group.waitForAll()
            return back
        }
    }

    @Test("bytes go both ways, small ones at once and large ones whole")
    func plain() async throws {
        try await withServer(answer: Self.echo) { transport, _ in
            let channel = try channel(await transport.send(Request(.get, "/", headers: Self.upgrade)))
            for count in [1, 10, 1000, 100_000, 5_000_000] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                #expect(try await roundTrip(channel, bytes) == bytes)
            }
            // The transport serves others meanwhile.
            #expect(try await transport.send(Request(.get, "/")).text() == "plain")
            channel.close()
            await #expect(throws: TransportError.self) { try await channel.write([1]) }
        }
    }

    @Test("the same behind TLS")
    func secured() async throws {
        let now = SystemTime().now
        let authority = try CertificateAuthority.create(commonName: "test", now: now)
        let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: now)
        try await withServer(
            tls: TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM),
            client: .init(tls: .init(certificateAuthorities: authority.certificatePEM)), answer: Self.echo
        ) { transport, _ in
            let channel = try channel(await transport.send(Request(.get, "/", headers: Self.upgrade)))
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            #expect(try await roundTrip(channel, bytes) == bytes)
        }
    }

    @Test("a refusal is a response like any other")
    func refused() async throws {
        try await withServer(answer: Self.echo) { transport, _ in
            let response = try await transport.send(Request(.get, "/no", headers: Self.upgrade))
            #expect(response.status == .notFound)
            #expect(try await response.text() == "not here")
        }
    }

    @Test("when the server's end is done the client reads what was sent, then the end")
    func serverEnds() async throws {
        try await withServer { _ in
            .switchingProtocols(Self.upgrade) { try await $0.write(Array("bye".utf8)) }
        } _: { transport, _ in
            let channel = try channel(await transport.send(Request(.get, "/", headers: Self.upgrade)))
            var read: [UInt8] = []
            while let bytes = try await channel.read() { read += bytes }
            #expect(read == Array("bye".utf8))
        }
    }

    @Test("when the client leaves, the one that serves it is cancelled")
    func clientLeaves() async throws {
        let ended = Counter()
        try await withServer { _ in
            .switchingProtocols(Self.upgrade) { _ in
                try? await Task.sleep(for: .seconds(3600))
                ended.add()
            }
        } _: { transport, _ in
            try channel(await transport.send(Request(.get, "/", headers: Self.upgrade))).close()
            try await eventually("the server has noticed") { ended.value == 1 }
        }
    }

    @Test("a graceful shutdown ends upgraded connections within the time streams have")
    func shutdown() async throws {
        // Were they not ended, this would take an hour, and the suite's time limit is shorter.
        let open = try await withServer(
            limits: .init(drain: .seconds(3600), streamDrain: .milliseconds(50)), answer: Self.echo
        ) { transport, _ in
            try channel(await transport.send(Request(.get, "/", headers: Self.upgrade)))
        }
        _ = try? await open.read()
    }

    @Test("a proxy passes an upgraded connection on as it is")
    func proxied() async throws {
        try await withServer(answer: Self.echo) { inner, address in
            try await withServer { request in
                (try? await inner.send(Request(.get, "http://\(address)/", headers: Self.upgrade))) ?? .text("failed")
            } _: { outer, _ in
                let channel = try channel(await outer.send(Request(.get, "/", headers: Self.upgrade)))
                let bytes = Array(repeating: UInt8(3), count: 300_000)
                #expect(try await roundTrip(channel, bytes) == bytes)
            }
        }
    }

    @Test("a WebSocket over a socket: messages, then an agreed end")
    func webSocket() async throws {
        try await withServer { request in
            .webSocket(request) { socket in
                while let message = try await socket.receive() { try await socket.send(message) }
            }
        } _: { transport, _ in
            let request = Request.webSocket("/")
            let socket = try #require(try await transport.send(request).webSocket(for: request))
            try await socket.send(.text("hello"))
            #expect(try await socket.receive() == .text("hello"))
            try await socket.close()
            #expect(try await socket.receive() == nil)
        }
    }
}

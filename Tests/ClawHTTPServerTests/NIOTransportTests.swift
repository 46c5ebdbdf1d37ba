import ClawBase
import ClawCluster
import ClawHTTPServer
import ClawNIOTransport
import Foundation
import HTTPTypes
import Testing

@Suite("The transport of SwiftNIO", .timeLimit(.minutes(10)))
struct NIOTransportTests {
    /// Serves `answer` and hands out a transport and the server's URL.
    private func withServer<Result>(
        execution: HTTPServer.Execution = .shared, _ configuration: NIOTransport.Configuration = .init(),
        answer: @escaping @Sendable (Request) async -> Response,
        _ body: (NIOTransport, String) async throws -> Result
    ) async throws -> Result {
        let server = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0), execution: execution, logger: silent)
        return try await server.withServer(ClosureHandler(answer)) { address in
            let transport = try NIOTransport(configuration)
            let result = try await body(transport, "http://\(address)")
            await transport.shutdown()
            return result
        }
    }

    /// A server that says what it is told to, one script for each connection: after each request's end the next answer.
    private func withScript<Result>(
        _ connections: [[String]], _ body: (NIOTransport, String) async throws -> Result
    ) async throws -> Result {
        let listener = try LoopbackListener(port: 0)
        let transport = try NIOTransport()
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                for answers in connections {
                    let channel = try await listener.accept()
                    for answer in answers {
                        var seen = ""
                        while !seen.hasSuffix("\r\n\r\n"), let bytes = try await channel.read() {
                            seen += String(decoding: bytes, as: UTF8.self)
                        }
                        try await channel.write(Array(answer.utf8))
                    }
                    channel.close()
                }
            }
            defer { tasks.cancelAll() }
            let result = try await body(transport, "http://127.0.0.1:\(listener.port)")
            await transport.shutdown()
            return result
        }
    }

    @Test("a request arrives as it was sent, and its answer comes back whole", arguments: [HTTPServer.Execution.shared, .connection])
    func exchange(execution: HTTPServer.Execution) async throws {
        try await withServer(execution: execution) { request in
            let body = (try? await request.body.collect(limit: 1 << 20)) ?? []
            return Response(
                status: .created, headers: [.contentType: "text/plain", .accept: request.headers[.accept] ?? ""],
                body: .string("\(request.method) \(request.head.path ?? "") \(String(decoding: body, as: UTF8.self))"))
        } _: { transport, url in
            let response = try await transport.send(
                Request(.post, "\(url)/a/b?c=d", headers: [.accept: "x"], body: .string("hello")))
            #expect(response.status == .created)
            #expect(response.headers[.accept] == "x")
            #expect(try await response.text() == "POST /a/b?c=d hello")
            let empty = try await transport.send(Request(.post, "\(url)/"))
            #expect(try await empty.text() == "POST / ")
            let head = try await transport.send(Request(.head, "\(url)/"))
            #expect(head.status == .created)
            #expect(try await head.text() == "")
        }
    }

    @Test("a proxy on the connections' threads passes on what a server behind it says")
    func chained() async throws {
        try await withServer { _ in .text("from behind") } _: { _, behind in
            let inner = try NIOTransport()
            try await withServer(execution: .connection) { _ in
                (try? await inner.send(Request(.get, behind))) ?? Response(status: .badGateway)
            } _: { transport, url in
                try await withThrowingTaskGroup(of: String.self) { tasks in
                    for _ in 0..<50 { tasks.addTask { try await transport.send(Request(.get, url)).text() } }
                    for try await text in tasks { #expect(text == "from behind") }
                }
            }
        }
    }

    @Test("requests one after the other share a connection of their thread")
    func reuse() async throws {
        try await withServer { .text($0.peer ?? "") } _: { transport, url in
            var peers: Set<String> = []
            for _ in 0..<50 {
                let peer = try await transport.send(Request(.get, url)).text()
                peers.insert(peer)
            }
            // One for each thread at most, wherever this task happens to run.
            #expect(peers.count <= ProcessInfo.processInfo.activeProcessorCount)
        }
    }

    @Test("a stream's chunks come as they are written, and what is not read is not taken from the server")
    func stream() async throws {
        let chunks = Chunks(count: 10_000)
        try await withServer { _ in Response(status: .ok, body: .stream(ByteStream(chunks))) } _: { transport, url in
            let response = try await transport.send(Request(.get, url))
            var reader = response.body.makeAsyncIterator()
            let first = try await reader.next()
            #expect(first?.first == UInt8(truncatingIfNeeded: chunks.count - 1))
            try await chunks.taken.settled()
            // Sockets' buffers and ours hold some of it, and by far not all.
            #expect(chunks.taken.value < 64 << 20)
        }
    }

    @Test("a client that leaves ends the answer: by cancelling before its head, and by dropping its body")
    func leave() async throws {
        let (asked, left, written) = (Counter(), Counter(), Counter())
        try await withServer { request in
            asked.add()
            if request.path == "/silent" {
                await withTaskCancellationHandler { try? await Task.sleep(for: .seconds(600)) } onCancel: { left.add() }
                return Response(status: .ok)
            }
            let ones = ByteStream(pulling: {
                try await Task.sleep(for: .milliseconds(1))
                written.add()
                return [1]
            })
            return Response(status: .ok, body: .stream(ones))
        } _: { transport, url in
            let silent = Task { try await transport.send(Request(.get, "\(url)/silent")) }
            try await eventually("the request is there") { asked.value == 1 }
            silent.cancel()
            await #expect(throws: CancellationError.self) { try await silent.value }
            try await eventually("the server knows") { left.value == 1 }
            do {
                let response = try await transport.send(Request(.get, "\(url)/stream"))
                var reader = response.body.makeAsyncIterator()
                _ = try await reader.next()
            }
            // Nobody asks for more of it.
            try await written.settled()
        }
    }

    @Test("who does not answer in time, or falls silent, is given up")
    func deadlines() async throws {
        try await withServer { request in
            if request.path == "/silent" { try? await Task.sleep(for: .seconds(600)) }
            return Response(
                status: .ok,
                body: .stream(
                    ByteStream(
                        AsyncStream<[UInt8]> { continuation in
                            continuation.yield([1])
                        })))
        } _: { transport, url in
            let late = await #expect(throws: TransportError.self) {
                try await transport.send(Request(.get, "\(url)/silent", headTimeout: .milliseconds(50)))
            }
            #expect(late?.code == .timeout)
            var request = Request(.get, "\(url)/stalls", idleTimeout: .milliseconds(50))
            let stalled = await #expect(throws: TransportError.self) {
                _ = try await transport.send(request).body.collect(limit: 100)
            }
            #expect(stalled?.code == .timeout)
            // A limit that becomes shorter while nothing comes.
            let silence = SilenceLimit(.seconds(600), least: .milliseconds(50))
            request.silence = silence
            let response = try await transport.send(request)
            silence.limit = .milliseconds(50)
            let shortened = await #expect(throws: TransportError.self) { _ = try await response.body.collect(limit: 100) }
            #expect(shortened?.code == .timeout)
        }
    }

    private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("a kept connection that was closed meanwhile is replaced without a word")
    func stale() async throws {
        try await withScript([[ok], [ok], [ok]]) { transport, url in
            for _ in 0..<3 {
                let text = try await transport.send(Request(.get, url)).text()
                #expect(text == "ok")
            }
        }
    }

    @Test("an answer that breaks off is an error, whatever came before")
    func truncated() async throws {
        try await withScript([["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"]]) { transport, url in
            let error = await #expect(throws: TransportError.self) {
                _ = try await transport.send(Request(.get, url)).body.collect(limit: 100)
            }
            #expect(error?.code == .disconnected)
        }
    }

    @Test("what is no HTTP is an error", arguments: ["\u{0}\u{1}\u{2} nonsense\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", ""])
    func garbage(answer: String) async throws {
        try await withScript([[answer]]) { transport, url in
            let error = await #expect(throws: TransportError.self) { try await transport.send(Request(.get, url)) }
            #expect(error?.code == .disconnected)
        }
    }

    @Test("an endless head is given up, and what it takes is bounded")
    func endlessHead() async throws {
        let field = String(repeating: "X-Long: \(String(repeating: "a", count: 1000))\r\n", count: 2000)
        try await withScript([["HTTP/1.1 200 OK\r\n\(field)\r\n"]]) { transport, url in
            let error = await #expect(throws: TransportError.self) { try await transport.send(Request(.get, url)) }
            #expect(error?.code == .disconnected)
        }
    }

    @Test("nobody there, no such name, no such URL")
    func unreachable() async throws {
        let transport = try NIOTransport()
        let port = try LoopbackListener(port: 0).port
        let refused = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, "http://127.0.0.1:\(port)/"))
        }
        #expect(refused?.code == .unreachable)
        let unknown = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, "http://no-such-host.invalid/"))
        }
        #expect(unknown?.code == .unreachable)
        for url in ["/relative", "ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:99999/"] {
            let wrong = await #expect(throws: TransportError.self) { try await transport.send(Request(.get, url)) }
            #expect(wrong?.code == .invalidRequest)
        }
        await transport.shutdown()
        let closed = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, "http://127.0.0.1:\(port)/"))
        }
        #expect(closed?.code == .closed)
    }

    @Test("shutting down ends what is under way")
    func shutdown() async throws {
        let asked = Counter()
        try await withServer { _ in
            asked.add()
            try? await Task.sleep(for: .seconds(600))
            return Response(status: .ok)
        } _: { transport, url in
            let waiting = Task { try await transport.send(Request(.get, url)) }
            try await eventually("the request is there") { asked.value == 1 }
            await transport.shutdown()
            let error = await #expect(throws: TransportError.self) { try await waiting.value }
            #expect(error?.code == .closed)
        }
    }

    @Test("a server must prove itself")
    func tls() async throws {
        let now = SystemTime().now
        let authority = try CertificateAuthority.create(commonName: "test authority", now: now)
        let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: now)
        let server = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            tls: TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM), logger: silent)
        try await server.withServer(ClosureHandler { _ in .text("safe") }) { address in
            var configuration = NIOTransport.Configuration()
            let stranger = try NIOTransport(configuration)
            let refused = await #expect(throws: TransportError.self) {
                try await stranger.send(Request(.get, "https://\(address)/"))
            }
            #expect(refused?.code == .tls)
            configuration.certificateAuthorities = authority.certificatePEM
            let friend = try NIOTransport(configuration)
            for _ in 0..<3 {
                let text = try await friend.send(Request(.get, "https://\(address)/")).text()
                #expect(text == "safe")
            }
        }
    }
}

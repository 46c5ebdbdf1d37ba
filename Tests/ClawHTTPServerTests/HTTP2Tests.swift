import ClawBase
import ClawCluster
import ClawHTTPServer
import Foundation
import HTTPTypes
import Synchronization
import Testing

/// Against nghttp2's proxy, where it is installed: an HTTP/2 implementation that is not ours.
@Suite(
    "HTTP/2 with a foreign server", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: Proxy.program != nil, "needs nghttpx: apt-get install nghttp2-proxy, or make test-full"))
struct HTTP2Tests {
    private static let authority = Result { try CertificateAuthority.create(commonName: "test", now: SystemTime().now) }

    /// Serves `answer` behind the proxy, and hands out a transport that speaks HTTP/2 to it.
    private func withProxy(
        streams: Int = 100, answer: @escaping @Sendable (Request) async -> Response,
        _ body: (CurlTransport, Proxy) async throws -> Void
    ) async throws {
        let authority = try Self.authority.get()
        let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: SystemTime().now)
        try await withServer(answer: answer) { _, backend in
            let proxy = try Proxy(to: backend, certificate: issued.certificatePEM, key: issued.keyPEM.reveal(), streams: streams)
            defer { proxy.stop() }
            let tls = CurlTransport.TLS(certificateAuthorities: authority.certificatePEM)
            try await withCurlTransport(.init(baseURL: "https://127.0.0.1:\(proxy.port)", tls: tls)) { transport in
                try await eventually("the proxy listens") {
                    (try? await transport.send(Request(.get, "/ready")))?.status == .ok
                }
                try await body(transport, proxy)
            }
        }
    }

    /// One event, and the end of the stream once the gate is open.
    private static func watch(_ event: [UInt8], until gate: Gate) -> Response {
        let isFirst = Mutex(true)
        return Response(
            status: .ok,
            body: .stream(
                ByteStream(pulling: {
                    if isFirst.withLock({ isFirst in
                        defer { isFirst = false }
                        return isFirst
                    }) { return event }
                    await gate.pass()
                    return nil
                })))
    }

    @Test("verbs and watches share one connection, however many there are at once")
    func multiplexing() async throws {
        let events = Gate()
        try await withProxy(answer: { request in
            guard request.path.hasPrefix("/watch") else { return .text(String(request.path)) }
            return Self.watch(Array("event\n".utf8), until: events)
        }) { transport, proxy in
            var watches: [BodyReader] = []
            for number in 0..<40 {
                watches.append(BodyReader(try await transport.send(Request(.get, "/watch/\(number)", idleTimeout: nil)).body))
            }
            for watch in watches { #expect(try await watch.next() == Array("event\n".utf8)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let answer = try await transport.send(Request(.get, "/verb/\(number)"))
                        let text = try await answer.text()
                        #expect(text == "/verb/\(number)")
                    }
                }
                try await group.waitForAll()
            }
            // 40 watches leave 60 of the 100 streams a server allows here: more verbs at once take further connections,
            // never one each.
            let connections = try proxy.connections()
            #expect(connections <= 20)
            events.open()
            for watch in watches { #expect(try await watch.next() == nil) }
        }
    }

    @Test("requests one after another use the one connection")
    func reuse() async throws {
        try await withProxy(answer: { _ in .text("x") }) { transport, proxy in
            for _ in 0..<100 { _ = try await transport.send(Request(.get, "/")).text() }
            let connections = try proxy.connections()
            #expect(connections == 1)
        }
    }

    @Test("giving one stream up leaves the others and the connection")
    func abandoning() async throws {
        try await withProxy(answer: { request in
            request.path == "/long" ? Response(status: .ok, body: .stream(Chunks(count: 100_000))) : .text("x")
        }) { transport, proxy in
            for _ in 0..<20 {
                var chunks = try await transport.send(Request(.get, "/long")).body.makeAsyncIterator()
                #expect(try await chunks.next() != nil)
            }
            let short = try await transport.send(Request(.get, "/")).text()
            #expect(short == "x")
            let connections = try proxy.connections()
            #expect(connections == 1)
        }
    }

    @Test("a request's stream of 20 MB goes through with back-pressure")
    func upload() async throws {
        try await withProxy(answer: { request in
            var count = 0
            do { for try await chunk in request.body { count += chunk.count } } catch { return .text("\(error)") }
            return .text("\(count)")
        }) { transport, _ in
            let request = Request(.post, "/", body: .stream(Chunks(count: 320)))
            let answer = try await transport.send(request).text()
            #expect(answer == "\(320 * Chunks.size)")
        }
    }

    @Test("when the server goes, every stream ends with an error, and the next request connects anew")
    func serverGone() async throws {
        let never = Gate()
        try await withProxy(answer: { request in
            guard request.path == "/watch" else { return .text("x") }
            return Self.watch([1], until: never)
        }) { transport, proxy in
            let watch = BodyReader(try await transport.send(Request(.get, "/watch", idleTimeout: nil)).body)
            #expect(try await watch.next() == [1])
            proxy.kill()
            await #expect { try await watch.next() } throws: { ($0 as? TransportError)?.code == .disconnected }
            try proxy.start()
            try await eventually("a new connection") { (try? await transport.send(Request(.get, "/")))?.status == .ok }
            never.open()
        }
    }
}

/// `nghttpx` on a free port of the loopback.
final class Proxy {
    static let program = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/nghttpx" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    let port = Int.random(in: 20_000...32_000)
    private var process: Process?
    private let arguments: [String]
    private let folder: URL

    init(to backend: ListenAddress, certificate: String, key: String, streams: Int) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "clawkit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(certificate.utf8).write(to: folder.appending(path: "crt"))
        try Data(key.utf8).write(to: folder.appending(path: "key"))
        arguments = [
            "--conf=/dev/null", "--no-ocsp", "--workers=1", "--log-level=FATAL", "--frontend=127.0.0.1,\(port)",
            "--backend=127.0.0.1,\(backend.port)", "--frontend-http2-max-concurrent-streams=\(streams)",
            folder.appending(path: "key").path, folder.appending(path: "crt").path,
        ]
        try start()
    }

    func start() throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.program ?? "")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
    }

    func kill() {
        guard let process else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func stop() {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// How many connections to the proxy are open (proc(5), net/tcp: state 01).
    func connections() throws -> Int {
        // Such a file comes in pieces, and has no size by which to know that there are more.
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
        defer { try? file.close() }
        var bytes = Data()
        while let piece = try file.read(upToCount: 4096), !piece.isEmpty { bytes += piece }
        let table = String(decoding: bytes, as: UTF8.self)
        let local = "0100007F:" + String(format: "%04X", port)
        return table.split(separator: "\n").count { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && fields[1] == local && fields[3] == "01"
        }
    }
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Synchronization
import Testing

/// Ends of connections that nobody else holds.
private final class Held: Sendable {
    private let channels = Mutex<[PipeChannel]>([])
    func hold(_ channel: PipeChannel) { channels.withLock { $0.append(channel) } }
}

@Suite("The proxy to runtimes")
struct RuntimeProxyTests {
    /// A platform with ada's runtime `demo/ada`, ready.
    private static func withRuntime(
        domain: String? = nil,
        program: @escaping @Sendable (Request) async throws -> Response = { _ in .text("hello") },
        _ body: @escaping @Sendable (TestPlatform, Secret<String>) async throws -> Void
    ) async throws {
        try await withPlatform(domain: domain, program: program) { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            let made = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: ada)
            #expect(try await platform.end(of: made)["state"] == "succeeded")
            try await eventually("the pod is in the cache") {
                platform.caches.cache(Pod.self).get("ada", in: "demo")?.status?.podIP != nil
            }
            try await body(platform, ada)
        }
    }

    @Test("a request arrives with our identity, the runtime's token and the way it came; not with what signed it in")
    func headers() async throws {
        try await Self.withRuntime { platform, ada in
            let answer = await platform.send(
                Request(
                    .get, "http://claw.test/r/demo/ada/a%2Fb//c?q=1&r=%20",
                    headers: [
                        .authorization: "Bearer \(ada.reveal())", .cookie: "claw_session=stolen; theme=dark",
                        HTTPField.Name("X-Claw-User")!: "root", HTTPField.Name("X_Claw_User")!: "root",
                        HTTPField.Name("X-OpenClaw-Token")!: "forged", HTTPField.Name("X-Forwarded-For")!: "1.2.3.4",
                        HTTPField.Name("X-Forwarded-User")!: "root", .connection: "keep-alive, X-Secret",
                        HTTPField.Name("X-Secret")!: "hop", .te: "trailers", .upgrade: "h2c", .accept: "text/plain",
                    ], peer: "10.1.1.1:5000"))
            #expect(answer.text == "hello")
            let request = try #require(platform.programs.requests.last)
            #expect(request.head.authority == "10.0.0.7:\(RuntimeActor.port)")
            #expect(request.head.path == "/a%2Fb//c?q=1&r=%20")
            let sent = Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { "\($0), \($1)" }
            #expect(
                sent == [
                    "accept": "text/plain", "cookie": "theme=dark", "x-claw-user": "ada", "x-claw-runtime": "demo/ada",
                    "x-openclaw-token": "gw-1", "x-forwarded-for": "10.1.1.1", "x-forwarded-proto": "http",
                    "x-forwarded-host": "claw.test", "x-forwarded-prefix": "/r/demo/ada",
                    "x-request-id": try #require(sent["x-request-id"]),
                ])
        }
    }

    @Test("bodies flow both ways while both are open", .timeLimit(.minutes(10)))
    func streaming() async throws {
        // Echoes chunk by chunk: the second goes out only after the first has come back.
        let echo: @Sendable (Request) async throws -> Response = { request in
            let reader = BodyReader(request.body)
            return Response(status: .ok, body: .stream(ByteStream { try await reader.next() }))
        }
        try await Self.withRuntime(program: echo) { platform, ada in
            let seen = Mutex(0)
            let sent = Mutex(0)
            let upload = ByteStream {
                let number = sent.withLock { sent in
                    sent += 1
                    return sent
                }
                guard number <= 3 else { return nil }
                if seen.withLock({ $0 }) < number - 1 { throw Finding(.internalError, "sent before the echo was read") }
                return [UInt8(number)]
            }
            let response = await platform.controlPlane.handler.respond(
                to: Request(
                    .post, "http://claw.test/r/demo/ada/echo", headers: [.authorization: "Bearer \(ada.reveal())"],
                    body: .stream(upload)))
            var received: [UInt8] = []
            for try await chunk in response.body {
                received += chunk
                seen.withLock { $0 += 1 }
            }
            #expect(received == [1, 2, 3])
        }
    }

    /// Signs ada in; her session's cookie.
    private static func signIn(_ platform: TestPlatform, _ ada: Secret<String>) async throws -> String {
        let answer = await platform.call(.post, "/api/v1/sessions", ["token": .string(ada.reveal())], as: nil)
        return String(try #require(answer.headers[.setCookie]).prefix { $0 != ";" })
    }

    @Test("a session that ends takes its open stream along, and leaves those of others", .timeLimit(.minutes(5)))
    func endedStream() async throws {
        let endless: @Sendable (Request) async throws -> Response = { _ in
            let number = Mutex(0)
            // Says something once, and then nothing for ever: what is silent must end too.
            return Response(
                status: .ok,
                body: .stream(ByteStream {
                    let count = number.withLock { number in
                        number += 1
                        return number
                    }
                    if count > 1 { try await Task.sleep(for: .seconds(3600)) }
                    return [1]
                }))
        }
        try await Self.withRuntime(program: endless) { platform, ada in
            func open(_ headers: HTTPFields) async throws -> BodyReader {
                let response = await platform.controlPlane.handler.respond(
                    to: Request(.get, "http://claw.test/r/demo/ada/stream", headers: headers))
                let reader = BodyReader(response.body)
                #expect(try await reader.next() == [1])
                return reader
            }
            let cookie = try await Self.signIn(platform, ada)
            let other = try await Self.signIn(platform, ada)
            let (mine, theirs) = (try await open([.cookie: cookie]), try await open([.cookie: other]))
            let left = await platform.send(
                Request(.delete, "http://claw.test/api/v1/sessions", headers: [.cookie: cookie]))
            #expect(left.status == .noContent)
            await #expect(throws: Finding.self) { try await mine.next() }
            // The other session's goes on until its user may no longer enter.
            async let end: [UInt8]? = theirs.next()
            let disabled = await platform.call(.patch, "/api/v1/users/ada", ["disabled": true])
            #expect(disabled.status == .ok)
            do {
                _ = try await end
                Issue.record("the stream went on")
            } catch let finding as Finding {
                #expect(finding.code == .session)
            }
        }
    }

    @Test("a WebSocket ends with its visitor's membership", .timeLimit(.minutes(5)))
    func endedSocket() async throws {
        let held = Held()
        let socket: @Sendable (Request) async throws -> Response = { _ in
            let (ours, theirs) = PipeChannel.pair()
            try await theirs.write([7])
            // Held open by the runtime's side, which never says anything more.
            held.hold(theirs)
            var response = Response(status: .switchingProtocols, headers: [.upgrade: "websocket"])
            response.upgrade = .channel(ours)
            return response
        }
        try await withPlatform(program: socket) { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("mia", "manager")])
            let made = await platform.call(.post, "/api/v1/projects/demo/runtimes", [:], as: tokens["ada"])
            #expect(try await platform.end(of: made)["state"] == "succeeded")
            try await eventually("the pod is in the cache") {
                platform.caches.cache(Pod.self).get("ada", in: "demo")?.status?.podIP != nil
            }
            let mia = try #require(tokens["mia"])
            let request = Request.webSocket(
                "http://claw.test/r/demo/ada/", headers: [.authorization: "Bearer \(mia.reveal())"])
            let response = await platform.controlPlane.handler.respond(to: request)
            guard case .channel(let channel)? = response.upgrade else {
                Issue.record("no connection: \(response.status)")
                return
            }
            #expect(try await channel.read() == [7])
            let demoted = await platform.call(
                .patch, "/api/v1/projects/demo",
                ["members": [["user": "ada", "role": "owner"], ["user": "mia", "role": "developer"]]])
            #expect(demoted.status == .ok, "\(demoted.text)")
            // Closed from here: reading ends, by the end or by a failure.
            _ = try? await channel.read()
            await #expect(throws: (any Error).self) { try await channel.write([8]) }
        }
    }

    @Test("a runtime's answer cannot reach beyond the runtime")
    func response() async throws {
        let program: @Sendable (Request) async throws -> Response = { _ in
            var headers: HTTPFields = [
                .location: "/next", .connection: "close", HTTPField.Name("X-Accel-Redirect")!: "/etc/passwd",
                HTTPField.Name("Service-Worker-Allowed")!: "/", HTTPField.Name("X-Plain")!: "kept",
            ]
            headers[values: .setCookie] = [
                "claw_session=mine; Path=/", "a=1; Path=/; Domain=claw.test; HttpOnly", "b=2",
            ]
            return Response(status: .found, headers: headers)
        }
        try await Self.withRuntime(program: program) { platform, ada in
            let answer = await platform.call(.get, "/r/demo/ada/", as: ada)
            #expect(answer.status == .found)
            #expect(answer.headers[.location] == "/r/demo/ada/next")
            #expect(
                answer.headers[values: .setCookie] == ["a=1; HttpOnly; Path=/r/demo/ada/", "b=2; Path=/r/demo/ada/"])
            let names = Set(answer.headers.map { $0.name.canonicalName })
            #expect(names == ["location", "set-cookie", "x-plain", "x-request-id"])
        }
    }

    @Test("behind its own host every path is the runtime's")
    func ownHost() async throws {
        try await Self.withRuntime(domain: "claw.test") { platform, ada in
            let answer = await platform.send(
                Request(
                    .get, "http://ada-demo.claw.test/api/v1/me?x=1", headers: [.authorization: "Bearer \(ada.reveal())"]
                ))
            #expect(answer.text == "hello")
            let request = try #require(platform.programs.requests.last)
            #expect(request.head.path == "/api/v1/me?x=1")
            #expect(request.headers[HTTPField.Name("X-Forwarded-Prefix")!] == nil)
        }
    }

    @Test("a path without its closing slash is completed, so that relative links hold")
    func slash() async throws {
        try await Self.withRuntime { platform, ada in
            let answer = await platform.call(.get, "/r/demo/ada?x=1", as: ada)
            #expect(answer.status == .permanentRedirect)
            #expect(answer.headers[.location] == "/r/demo/ada/?x=1")
        }
    }

    @Test("a changed token is read anew when the runtime refuses the old one")
    func tokenChanged() async throws {
        let accepted = Mutex("gw-1")
        let program: @Sendable (Request) async throws -> Response = { request in
            let token = request.headers[HTTPField.Name("X-OpenClaw-Token")!]
            return token == accepted.withLock { $0 } ? .text("in") : .text("out", status: .unauthorized)
        }
        try await Self.withRuntime(program: program) { platform, ada in
            #expect(await platform.call(.get, "/r/demo/ada/", as: ada).text == "in")
            accepted.withLock { $0 = "gw-2" }
            _ = try await platform.cluster.client.mergePatch(
                KubernetesSecret.self, "ada-runtime", in: "demo",
                ["data": ["OPENCLAW_GATEWAY_TOKEN": .string(Base64.encode(Array("gw-2".utf8)))]])
            #expect(await platform.call(.get, "/r/demo/ada/", as: ada).text == "in")
        }
    }

    @Test(
        "a runtime that does not answer is a bad gateway, for programs in JSON, for people as a page that tries again")
    func unreachable() async throws {
        let program: @Sendable (Request) async throws -> Response = { _ in
            throw TransportError(code: .unreachable, message: "nobody listens on 10.0.0.7:18789")
        }
        try await Self.withRuntime(program: program) { platform, ada in
            let json = await platform.call(.get, "/r/demo/ada/", as: ada)
            #expect(json.status == .badGateway)
            #expect(json.code == "E_UNREACHABLE")
            let page = await platform.send(
                Request(
                    .get, "http://claw.test/r/demo/ada/",
                    headers: [.authorization: "Bearer \(ada.reveal())", .accept: "text/html"]))
            #expect(page.text.contains("http-equiv=\"refresh\""))
        }
    }

    @Test("a stopped runtime is unavailable; a suspended one is woken by its visitor")
    func notReady() async throws {
        try await Self.withRuntime { platform, ada in
            let path = "/api/v1/projects/demo/runtimes/ada"
            _ = try await platform.end(of: await platform.call(.post, "\(path)/stop", as: ada))
            let stopped = await platform.call(.get, "/r/demo/ada/", as: ada)
            #expect(stopped.status == .serviceUnavailable)
            #expect(stopped.json["details"]?["phase"] == "Stopped")
            #expect(stopped.headers[.retryAfter] != nil)
            _ = try await platform.end(of: await platform.call(.post, "\(path)/suspend", as: ada))
            // Held until it is up.
            let asleep = await platform.call(.get, "/r/demo/ada/", as: ada)
            #expect(asleep.status == .ok && asleep.text == "hello")
        }
    }

    @Test(
        "nobody gets in by a path that only looks like a runtime's",
        arguments: [
            "/r/demo", "/r/", "/r/demo/", "/r/demo/nobody/", "/r//ada/", "/r/%64emo/ada/", "/r/demo/../demo/ada/",
        ])
    func oddPaths(path: String) async throws {
        try await Self.withRuntime { platform, ada in
            let answer = await platform.call(.get, path, as: ada)
            #expect([403, 404].contains(answer.status.code), "\(path): \(answer.status)")
            #expect(platform.programs.requests.isEmpty)
        }
    }
}

import ClawApps
import ClawBase
import ClawHTTPServer
import HTTPTypes
import Logging
import Testing

@testable import ClawApps

@Suite("Asking a registry", .timeLimit(.minutes(5)))
struct RegistryClientTests {
    private let image = ImageReference(registry: "ghcr.io", repository: "acme/web", tag: "1")

    /// A client whose registry answers by the script.
    private func client(
        _ limits: RegistryClient.Limits = .init(), _ answer: @escaping @Sendable (Request) async throws -> Response
    ) -> (RegistryClient, ScriptedTransport) {
        let transport = ScriptedTransport(answer)
        return (RegistryClient(transport, limits: limits), transport)
    }

    private func refuses(
        _ code: FindingCode, at place: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        var found: FindingCode?
        do { try await body() } catch { found = (error as? Finding)?.code }
        #expect(found == code, sourceLocation: place)
    }

    /// Serves a registry on a socket of this machine.
    private func withRegistry(
        _ registry: SmallRegistry, _ body: (RegistryClient, ImageReference, String) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: logger)
        try await server.withServer(registry) { address in
            registry.serve(at: "\(address)")
            let transport = CurlTransport()
            let image = ImageReference(registry: "\(address)", repository: "acme/web", tag: "latest")
            try await body(RegistryClient(transport), image, "\(address)")
            await transport.shutdown()
        }
    }

    // MARK: a real registry

    @Test("over a socket: all tags of all pages, and on the next look nothing but 304")
    func pages() async throws {
        let registry = SmallRegistry()
        registry.pageSize = 3
        for number in 1...8 { registry.push("acme/web", "1.0.\(number)") }
        try await withRegistry(registry) { client, image, _ async throws in
            let first = try await client.tags(of: image)
            #expect(first.tags == (1...8).map { "1.0.\($0)" })
            #expect(registry.calls.map(\.status) == [200, 200, 200])
            registry.forgetCalls()
            #expect(try await client.tags(of: image, since: first) == first)
            #expect(registry.calls.map(\.status) == [304, 304, 304])
            registry.forgetCalls()
            registry.push("acme/web", "1.0.9")
            let later = try await client.tags(of: image, since: first)
            #expect(later.tags.last == "1.0.9")
            #expect(registry.calls.map(\.status) == [304, 304, 200])
        }
    }

    @Test("over a socket: a token for whoever has the password, once for many questions, anew when it no longer counts")
    func tokens() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "latest", "{\"layers\":[]}")
        registry.allowOnly("robot", "s3cret")
        try await withRegistry(registry) { client, image, _ async throws in
            let robot = RegistryCredentials(username: "robot", password: Secret("s3cret"))
            #expect(try await client.tags(of: image, robot).tags == ["latest"])
            #expect(registry.calls.map(\.status) == [401, 200, 200])
            #expect(try await client.digest(of: image, robot) == registry.digest("acme/web", "latest"))
            #expect(registry.calls.map(\.status) == [401, 200, 200, 200])
            registry.revokeTokens()
            registry.forgetCalls()
            #expect(try await client.tags(of: image, robot).tags == ["latest"])
            #expect(registry.calls.map(\.status) == [401, 200, 200])
            await refuses(.registryDenied) { _ = try await client.tags(of: image) }
            let thief = RegistryCredentials(username: "robot", password: Secret("guess"))
            await refuses(.registryDenied) { _ = try await client.tags(of: image, thief) }
        }
    }

    @Test("over a socket: a password where the registry asks for it")
    func basic() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "1")
        registry.allowOnly("robot", "s3cret", basic: true)
        try await withRegistry(registry) { client, image, _ async throws in
            let robot = RegistryCredentials(username: "robot", password: Secret("s3cret"))
            #expect(try await client.tags(of: image, robot).tags == ["1"])
            await refuses(.registryDenied) { _ = try await client.tags(of: image) }
        }
    }

    @Test("over a socket: what is not there, and who is busy")
    func refusals() async throws {
        let registry = SmallRegistry()
        registry.push("acme/web", "1")
        try await withRegistry(registry) { client, image, _ async throws in
            var other = image
            other.repository = "acme/other"
            await refuses(.registryUnknown) { _ = try await client.tags(of: other) }
            await refuses(.registryUnknown) { _ = try await client.digest(of: image) }
            registry.beBusy(for: 7)
            let finding = await #expect(throws: Finding.self) { try await client.tags(of: image) }
            #expect(finding?.code == .registryBusy)
            #expect(finding?.details["retryAfter"] == "7")
        }
    }

    @Test("nobody there is a finding")
    func unreachable() async throws {
        let transport = CurlTransport()
        let image = ImageReference(registry: "127.0.0.1:1", repository: "acme/web", tag: "1")
        await refuses(.unreachable) { _ = try await RegistryClient(transport).tags(of: image) }
        await transport.shutdown()
    }

    // MARK: hostile registries

    @Test("Docker Hub stands elsewhere than it is called, and its own images have a folder")
    func dockerHub() async throws {
        let (client, transport) = client { _ in Response(status: .ok, body: .string("{\"tags\":null}")) }
        let nginx = ImageReference(registry: "docker.io", repository: "nginx", tag: "1")
        #expect(try await client.tags(of: nginx).tags == [])
        let head = try #require(transport.requests.first?.head)
        #expect(head.authority == "registry-1.docker.io")
        #expect(head.scheme == "https")
        #expect(head.path == "/v2/library/nginx/tags/list?n=1000")
    }

    @Test(
        "a list that goes on at another place is not followed",
        arguments: [
            "<https://evil.example/v2/x>; rel=\"next\"", "<//evil.example/v2/x>; rel=next",
            "<http://ghcr.io/v2/x>; rel=next",
            "<https://ghcr.io.evil.example/v2/x>; rel=next", "</other>; rel=\"next\"", "</v2/a\tb>; rel=next",
            "<https://ghcr.io@evil.example/v2/x>; rel=next",
        ])
    func foreignPages(_ link: String) async throws {
        let (client, transport) = client { _ in
            var response = Response(status: .ok, body: .string("{\"tags\":[\"1\"]}"))
            if let name = HTTPField.Name("Link") { response.headers[name] = link }
            return response
        }
        await refuses(.registry) { _ = try await client.tags(of: image) }
        #expect(transport.requests.count == 1)
    }

    @Test("a list without end, and one that leads back, end")
    func endless() async throws {
        let (endless, _) = client { request in
            let next = (request.query["last"].flatMap(Int.init) ?? 0) + 1
            var response = Response(status: .ok, body: .string("{\"tags\":[\"\(next)\"]}"))
            if let name = HTTPField.Name("Link") {
                response.headers[name] = "</v2/acme/web/tags/list?last=\(next)>; rel=\"next\""
            }
            return response
        }
        await refuses(.registry) { _ = try await endless.tags(of: image) }
        let (circle, transport) = client { _ in
            var response = Response(status: .ok, body: .string("{\"tags\":[]}"))
            if let name = HTTPField.Name("Link") {
                response.headers[name] = "</v2/acme/web/tags/list?n=1000>; rel=\"next\""
            }
            return response
        }
        await refuses(.registry) { _ = try await circle.tags(of: image) }
        #expect(transport.requests.count == 1)
    }

    @Test("too many tags, and too large an answer, are refused")
    func large() async throws {
        var limits = RegistryClient.Limits()
        (limits.tags, limits.answer) = (10, 1000)
        let many = "{\"tags\":[\(Array(repeating: "\"1\"", count: 11).joined(separator: ","))]}"
        let (tooMany, _) = client(limits) { _ in Response(status: .ok, body: .string(many)) }
        await refuses(.registry) { _ = try await tooMany.tags(of: image) }
        let (tooLarge, _) = client(limits) { _ in
            Response(status: .ok, body: .string(String(repeating: " ", count: 2000)))
        }
        await refuses(.registry) { _ = try await tooLarge.tags(of: image) }
    }

    @Test(
        "answers that make no sense are findings",
        arguments: [
            "", "[]", "{", "{\"tags\":5}", "{\"tags\":[1,null,{}]}", "null", "\u{0}", "{\"tags\":[\"a b\",\"../x\"]}",
        ])
    func nonsense(_ text: String) async throws {
        let (client, _) = client { _ in Response(status: .ok, body: .string(text)) }
        let tags = try? await client.tags(of: image).tags
        #expect(tags == nil || tags == [])
    }

    @Test("redirects, and every other status, are findings", arguments: [301, 307, 400, 418, 500])
    func statuses(_ status: Int) async throws {
        let (client, _) = client { _ in
            Response(status: .init(code: status), headers: [.location: "https://evil.example/"])
        }
        await refuses(.registry) { _ = try await client.tags(of: image) }
    }

    @Test(
        "credentials go to no token service without encryption",
        arguments: [
            "http://auth.example/token", "ftp://auth.example", "", "https", "http://127.0.0.1/token",
            "http://localhost@evil.example/",
        ])
    func realms(_ realm: String) async throws {
        let (client, transport) = client { _ in
            Response(status: .unauthorized, headers: [.wwwAuthenticate: "Bearer realm=\"\(realm)\",service=\"s\""])
        }
        let robot = RegistryCredentials(username: "robot", password: Secret("s3cret"))
        await refuses(.registry) { _ = try await client.tags(of: image, robot) }
        #expect(transport.requests.count == 1)
        #expect(transport.requests.allSatisfy { $0.headers[.authorization] == nil })
    }

    @Test("who asks for a token again and again gets one try")
    func insatiable() async throws {
        let (client, transport) = client { request in
            if request.head.authority == "auth.example" {
                return Response(status: .ok, body: .string("{\"token\":\"t\"}"))
            }
            return Response(
                status: .unauthorized, headers: [.wwwAuthenticate: "Bearer realm=\"https://auth.example/token\""])
        }
        await refuses(.registryDenied) { _ = try await client.tags(of: image) }
        #expect(transport.requests.count == 3)
    }

    @Test("no error repeats the password or a token")
    func secrets() async throws {
        let robot = RegistryCredentials(username: "robot", password: Secret("s3cret"))
        for status in [401, 403, 404, 429, 500] {
            let (client, _) = client { request in
                if request.head.authority == "auth.example" {
                    return Response(status: .ok, body: .string("{\"token\":\"tok3n\"}"))
                }
                if request.headers[.authorization] == nil {
                    return Response(
                        status: .unauthorized, headers: [.wwwAuthenticate: "Bearer realm=\"https://auth.example/t\""])
                }
                return Response(status: .init(code: status))
            }
            do {
                _ = try await client.tags(of: image, robot)
                Issue.record("it should have failed")
            } catch { #expect(!"\(error)".contains("s3cret") && !"\(error)".contains("tok3n")) }
        }
    }

    @Test("a registry that hangs ends at its deadline")
    func deadline() async throws {
        let time = VirtualTime()
        let transport = ScriptedTransport { _ in
            try await time.sleep(for: .days(1))
            return Response(status: .ok)
        }
        let client = RegistryClient(transport, time: time)
        let image = image
        await withTaskGroup(of: FindingCode?.self) { group in
            group.addTask {
                do { _ = try await client.tags(of: image) } catch { return (error as? Finding)?.code }
                return nil
            }
            while time.sleeperCount < 2 { await Task.yield() }
            time.advance(by: .seconds(61))
            let code = await group.next()
            #expect(code == .deadline)
        }
    }

    @Test(
        "names that lead anywhere but to a repository are refused before anything is sent",
        arguments: [
            ("ghcr.io", "../admin"), ("ghcr.io", "a//b"), ("ghcr.io", ""), ("evil@ghcr.io", "a"), ("ghcr.io?x", "a"),
            ("ghcr.io", "a?b"), ("ghcr.io", "a#b"), ("ghcr.io", "a%2f"), ("gh cr.io", "a"), ("ghcr.io", ".hidden"),
        ])
    func names(_ registry: String, _ repository: String) async throws {
        let (client, transport) = client { _ in Response(status: .ok, body: .string("{}")) }
        let image = ImageReference(registry: registry, repository: repository, tag: "1")
        await refuses(.image) { _ = try await client.tags(of: image) }
        #expect(transport.requests.isEmpty)
    }

    @Test("a digest is that of the header, or of the manifest itself, and nothing else")
    func digests() async throws {
        let (none, _) = client { request in
            Response(status: .ok, body: request.method == .head ? .empty : .string("{}"))
        }
        #expect(
            try await none.digest(of: image)
                == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
        let (bad, _) = client { _ in
            var response = Response(status: .ok)
            if let name = HTTPField.Name("Docker-Content-Digest") { response.headers[name] = "sha256:../../x" }
            return response
        }
        await refuses(.registry) { _ = try await bad.digest(of: image) }
    }

    @Test("challenges are read as they are written, and nonsense as none")
    func challenges() {
        let parsed = AuthChallenge.parse(
            "Basic realm=\"a, b\", Bearer realm=\"https://x/\\\"y\",service=z , scope=\"repository:a:pull,push\"")
        #expect(parsed.map(\.scheme) == ["basic", "bearer"])
        #expect(parsed.first?.parameters == ["realm": "a, b"])
        #expect(
            parsed.last?.parameters == ["realm": "https://x/\"y", "service": "z", "scope": "repository:a:pull,push"])
        for text in ["", "=", "\"", "Bearer realm=\"open", ",,,,", "Bearer =x", String(repeating: "a ", count: 5000)] {
            _ = AuthChallenge.parse(text)
        }
    }
}

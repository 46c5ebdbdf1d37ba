import ClawBase
import ClawDocuments
import ClawHTTPServer
import ClawKubernetes
import HTTPTypes
import Logging
import Synchronization
import Testing

@Suite("OIDC", .timeLimit(.minutes(10)))
struct OIDCTests {
    private let time = VirtualTime()

    /// A provider that exchanges refresh tokens, each of which works once.
    private final class Provider: Handler {
        let time: VirtualTime
        let issuer = Mutex("")
        let forms = Mutex<[QueryParameters]>([])
        let authorizations = Mutex<[String?]>([])
        let methods = Mutex<JSON?>(nil)
        private let valid = Mutex("r0")
        private let count = Mutex(0)

        init(_ time: VirtualTime) { self.time = time }

        func respond(to request: Request) async -> Response {
            let issuer = issuer.withLock { $0 }
            if request.path == "/.well-known/openid-configuration" {
                var document: JSON = ["issuer": .string(issuer), "token_endpoint": .string("\(issuer)/token")]
                if let methods = methods.withLock({ $0 }) { document["token_endpoint_auth_methods_supported"] = methods }
                return .json(document)
            }
            let body = try? await request.body.collect(limit: 1 << 16)
            let form = QueryParameters(parsing: "?" + String(decoding: body ?? [], as: UTF8.self))
            forms.withLock { $0.append(form) }
            authorizations.withLock { $0.append(request.headers[.authorization]) }
            guard form["refresh_token"] == valid.withLock({ $0 }), form["grant_type"] == "refresh_token" else {
                return .json(["error": "invalid_grant", "error_description": "s3cret"], status: .badRequest)
            }
            let number = count.withLock { count in
                count += 1
                return count
            }
            valid.withLock { $0 = "r\(number)" }
            return .json([
                "id_token": .string(webToken("\(number)", ends: time.now + .seconds(600))),
                "refresh_token": .string("r\(number)"), "access_token": "unused",
            ])
        }
    }

    private func withProvider<R>(_ body: (Provider, OIDCProvider) async throws -> R) async throws -> R {
        let handler = Provider(time)
        let server = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0), logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        return try await server.withServer(handler) { address in
            handler.issuer.withLock { $0 = "http://\(address)" }
            var provider = OIDCProvider(issuer: "http://\(address)", clientID: "cli ent")
            provider.refreshToken = Secret("r0")
            return try await body(handler, provider)
        }
    }

    /// Whom the present token is for.
    private func subject(_ credentials: some Credentials) async throws -> String? {
        let credential = try await credentials.credential()
        let parts = (credential.shown ?? "").split(separator: ".")
        return try JSONParser.parse(try #require(Base64URL.decode(parts[1])))["sub"]?.string
    }

    @Test("the file's ID token is used while it lives, then the refresh token; renewed ones are kept in memory")
    func life() async throws {
        try await withProvider { handler, provider in
            var provider = provider
            provider.idToken = Secret(webToken("file", ends: time.now + .seconds(300)))
            provider.clientSecret = Secret("s:ecret")
            let renewals = Mutex<[String?]>([])
            provider.onRenewal = { _, refresh in renewals.withLock { $0.append(refresh?.reveal()) } }
            let credentials = provider.credentials(time: time)
            let subject1 = try await subject(credentials)
            #expect(subject1 == "file")
            #expect(handler.forms.withLock { $0.isEmpty })
            time.advance(by: .seconds(250))
            let subject2 = try await subject(credentials)
            #expect(subject2 == "1")
            time.advance(by: .seconds(550))
            let subject3 = try await subject(credentials)
            #expect(subject3 == "2")
            #expect(handler.forms.withLock { $0.map { $0["refresh_token"] } } == ["r0", "r1"])
            #expect(renewals.withLock { $0 } == ["r1", "r2"])
            // RFC 6749, section 2.3.1: form-encoded, then Basic.
            #expect(handler.authorizations.withLock { $0[0] } == "Basic \(Base64.encode(Array("cli%20ent:s%3Aecret".utf8)))")
        }
    }

    @Test("the client names itself in the form where the provider wants that, or where it has no secret")
    func clientAuthentication() async throws {
        try await withProvider { handler, provider in
            var provider = provider
            _ = try await provider.credentials(time: time).credential()
            #expect(handler.forms.withLock { $0[0]["client_id"] } == "cli ent")
            #expect(handler.authorizations.withLock { $0 } == [nil])
            handler.methods.withLock { $0 = ["client_secret_post"] }
            provider.clientSecret = Secret("secret")
            provider.refreshToken = Secret("r1")
            _ = try await provider.credentials(time: time).credential()
            #expect(handler.forms.withLock { $0[1]["client_secret"] } == "secret")
            #expect(handler.authorizations.withLock { $0 } == [nil, nil])
        }
    }

    @Test("a refused ID token is renewed though it has not ended")
    func refused() async throws {
        try await withProvider { _, provider in
            var provider = provider
            provider.idToken = Secret(webToken("file", ends: time.now + .seconds(300)))
            let credentials = provider.credentials(time: time)
            let first = try await credentials.credential()
            #expect(try await credentials.renew(after: first))
            let subject4 = try await subject(credentials)
            #expect(subject4 == "1")
        }
    }

    private func message(_ provider: OIDCProvider) async -> String {
        do {
            _ = try await provider.credentials(time: time).credential()
            return ""
        } catch { return (error as? Finding)?.message ?? "\(error)" }
    }

    @Test("a refresh token that was taken back says: sign in anew; nothing secret is quoted")
    func takenBack() async throws {
        try await withProvider { _, provider in
            var provider = provider
            provider.refreshToken = Secret("s3cret")
            let message = await message(provider)
            #expect(message.contains("invalid_grant") && message.contains("sign in anew") && !message.contains("s3cret"))
            provider.refreshToken = nil
            #expect(await self.message(provider).contains("sign in anew"))
        }
    }

    @Test("a provider that calls itself otherwise, is not there, or would get tokens in clear, is not trusted")
    func distrust() async throws {
        try await withProvider { handler, provider in
            handler.issuer.withLock { $0 += "/other" }
            #expect(await message(provider).contains("another issuer"))
            #expect(handler.forms.withLock { $0.isEmpty })
        }
        var provider = OIDCProvider(issuer: "http://issuer.example", clientID: "c")
        provider.refreshToken = Secret("r")
        #expect(await message(provider).contains("in clear"))
        provider.issuer = "http://127.0.0.1:1"
        #expect(await message(provider).contains("nobody listens"))
    }
}

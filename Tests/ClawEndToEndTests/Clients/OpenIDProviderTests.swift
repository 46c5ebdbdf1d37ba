import ClawKit
import Foundation
import HTTPTypes
import Testing

/// The program of PyPI's oidc-provider-mock: an OpenID Connect provider (Authlib) in which everybody may be anybody.
private enum ProviderProgram {
    static let program = Programs.system("oidc-provider-mock")
    static let missing: Comment = "needs oidc-provider-mock: make test-full installs it where PyPI can be reached"

    static func start(_ port: Int, in directory: URL) throws -> Process {
        try ModelClients.start(
            program ?? "",
            [
                "--port", String(port), "--require-nonce", "true", "--user-claims",
                #"{"sub": "u-1", "preferred_username": "grace", "groups": ["admins"]}"#,
            ], in: directory, log: "provider.log")
    }
}

@Suite(
    "Signing in at a provider that is a process of its own",
    .enabled(if: ProviderProgram.program != nil, ProviderProgram.missing), .timeLimit(.minutes(5)))
struct OpenIDProviderTests {
    private let network = CurlTransport()

    @Test("a browser goes there and comes back signed in, also after the provider has made itself a new key")
    func walk() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let port = try await ModelClients.freePort()
        try Data(
            """
            server:
              oidc:
                - {name: mock, title: Mock, issuer: "http://127.0.0.1:\(port)", clientID: claw, createUsers: true,
                   clientSecret: {file: client-secret}, scopes: [openid, profile], administrators: [admins]}
            """.utf8
        ).write(to: directory.appending(path: "claw.yaml"))
        try Data("hush".utf8).write(to: directory.appending(path: "client-secret"))
        var provider = try ProviderProgram.start(port, in: directory)
        defer { kill(provider.processIdentifier, SIGKILL) }
        let platform = try await RunningPlatform.start(in: directory)
        defer { kill(platform.pid, SIGKILL) }
        try await answers(port)

        let page = try await send(Request(.get, "\(platform.controlPlane)/login"))
        #expect(page.text.contains("/login/oidc/mock?return=%2F"))
        let session = try #require(try await signIn(platform))
        let me = try await send(Request(.get, "\(platform.controlPlane)/api/v1/me", headers: [.cookie: session]))
        #expect(me.json["user"] == "grace" && me.json["administrator"] == true)

        // A new process has a new key, whose tokens name none.
        // At once: asked to end, it would wait for connections that are kept open.
        kill(provider.processIdentifier, SIGKILL)
        try await eventually("the end of the provider") { [provider] in provider.isRunning ? nil : true }
        provider = try ProviderProgram.start(port, in: directory)
        try await answers(port)
        let again = try await eventually(within: .seconds(120), "the provider's new key") { try await signIn(platform) }
        #expect(again != session)
        #expect(try await platform.stop() == 0)
    }

    private func answers(_ port: Int) async throws {
        try await eventually(within: .seconds(120), "the provider") {
            let answer = try? await send(Request(.get, "http://127.0.0.1:\(port)/.well-known/openid-configuration"))
            return answer?.status == .ok ? true : nil
        }
    }

    /// What a browser does, and the person in front of it; nil where it does not end with a session.
    private func signIn(_ platform: RunningPlatform) async throws -> String? {
        func cookie(
            _ name: String, _ answer: (status: HTTPResponse.Status, headers: HTTPFields, text: String, json: JSON)
        ) -> String? {
            answer.headers[values: .setCookie].compactMap { $0.split(separator: ";").first.map(String.init) }
                .first { $0.hasPrefix("\(name)=") && $0.count > name.count + 1 }
        }
        let sent = try await send(Request(.get, "\(platform.controlPlane)/login/oidc/mock?return=%2F"))
        let (there, attempt) = (try #require(sent.headers[.location]), try #require(cookie("claw_oidc", sent)))
        let agreed = try await send(
            Request(
                .post, there, headers: [.contentType: "application/x-www-form-urlencoded"], body: .string("sub=u-1")))
        let back = try #require(agreed.headers[.location], "\(agreed.text)")
        #expect(back.hasPrefix("\(platform.controlPlane)/login/oidc/mock/callback?"))
        let answer = try await send(Request(.get, back, headers: [.cookie: attempt]))
        guard answer.status == .seeOther else { return nil }
        #expect(answer.headers[.location] == "/")
        return cookie("claw_session", answer)
    }

    private func send(
        _ request: Request
    ) async throws -> (status: HTTPResponse.Status, headers: HTTPFields, text: String, json: JSON) {
        let response = try await network.send(request)
        let bytes = try await response.body.collect(limit: 1 << 20)
        return (
            response.status, response.headers, String(decoding: bytes, as: UTF8.self),
            (try? JSONParser.parse(bytes)) ?? .null
        )
    }
}

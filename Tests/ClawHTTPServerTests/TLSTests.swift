import ClawBase
import ClawCluster
import ClawHTTPServer
import HTTPTypes
import Testing

@Suite("TLS between our own ends", .timeLimit(.minutes(10)))
struct TLSTests {
    private let authority: CertificateAuthority
    private let now = SystemTime().now

    init() throws { authority = try CertificateAuthority.create(commonName: "test authority", now: now) }

    private func identity(
        hosts: [String] = ["127.0.0.1", "localhost", "cluster.test"], clientAuthorities: String? = nil
    ) throws -> TLSIdentity {
        let issued = try authority.issueServer(hosts: hosts, now: now)
        return TLSIdentity(
            certificateChain: issued.certificatePEM, key: issued.keyPEM, clientAuthorities: clientAuthorities)
    }

    private func client(_ tls: CurlTransport.TLS) -> CurlTransport.Configuration { .init(tls: tls) }

    private func exchange(_ identity: TLSIdentity, _ tls: CurlTransport.TLS) async throws -> String {
        try await withServer(tls: identity, client: client(tls)) {
            .text($0.peerCertificate.map(Base64.encode) ?? $0.head.scheme ?? "")
        } _: { transport, _ in
            _ = try await transport.send(Request(.get, "/")).text()
            return try await transport.send(Request(.get, "/")).text()
        }
    }

    @Test("an authority of our own is trusted where it is given")
    func trusted() async throws {
        let answer = try await exchange(identity(), .init(certificateAuthorities: authority.certificatePEM))
        #expect(answer == "https")
    }

    @Test("an unknown authority is refused, and the reason named")
    func untrusted() async throws {
        let error = await #expect(throws: TransportError.self) { try await exchange(identity(), .init()) }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("certificate") == true)
    }

    @Test("another authority of the same name is refused")
    func otherAuthority() async throws {
        let other = try CertificateAuthority.create(commonName: "test authority", now: now)
        let error = await #expect(throws: TransportError.self) {
            try await exchange(identity(), .init(certificateAuthorities: other.certificatePEM))
        }
        #expect(error?.code == .tls)
    }

    @Test("a certificate for another host is refused")
    func otherHost() async throws {
        let error = await #expect(throws: TransportError.self) {
            try await exchange(
                identity(hosts: ["192.0.2.1"]), .init(certificateAuthorities: authority.certificatePEM))
        }
        #expect(error?.code == .tls)
    }

    @Test("a server name stands in for the host")
    func serverName() async throws {
        let answer = try await exchange(
            identity(hosts: ["cluster.test"]),
            .init(certificateAuthorities: authority.certificatePEM, serverName: "cluster.test"))
        #expect(answer == "https")
    }

    @Test("an expired certificate is refused")
    func expired() async throws {
        let past = now - .seconds(2 * 365 * 86400)
        let old = try CertificateAuthority.create(commonName: "old", now: past)
        let issued = try old.issueServer(hosts: ["127.0.0.1"], now: past)
        let error = await #expect(throws: TransportError.self) {
            try await exchange(
                TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM),
                .init(certificateAuthorities: old.certificatePEM))
        }
        #expect(error?.code == .tls)
        #expect(error?.message.contains("expired") == true)
    }

    @Test("verification can be switched off by name")
    func unverified() async throws {
        let answer = try await exchange(identity(), .init(verify: false))
        #expect(answer == "https")
    }

    @Test("a client certificate is asked for but not required, and shown to the handler; one from elsewhere is refused")
    func clientCertificates() async throws {
        let identity = try identity(clientAuthorities: authority.certificatePEM)
        let none = try await exchange(identity, .init(certificateAuthorities: authority.certificatePEM))
        #expect(none == "https")

        let ada = try authority.issueClient(user: "ada", groups: ["system:masters"], now: now)
        let known = try await exchange(
            identity,
            .init(
                certificateAuthorities: authority.certificatePEM,
                identity: .init(certificate: ada.certificatePEM, key: ada.keyPEM)))
        let lines = ada.certificatePEM.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        #expect(known == lines.joined())

        let stranger = try CertificateAuthority.create(commonName: "elsewhere", now: now)
            .issueClient(user: "ada", groups: [], now: now)
        await #expect(throws: TransportError.self) {
            try await exchange(
                identity,
                .init(
                    certificateAuthorities: authority.certificatePEM,
                    identity: .init(certificate: stranger.certificatePEM, key: stranger.keyPEM)))
        }
    }

    @Test("plain HTTP spoken to a TLS port, and TLS to a plain one, fail as what they are")
    func mixedUp() async throws {
        try await withServer { _ in
            .text("plain")
        } _: { transport, address in
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(Request(.get, "https://\(address)/"))
            }
            #expect(error?.code == .tls)
        }
        try await withServer(tls: identity()) { _ in
            .text("secured")
        } _: { transport, address in
            await #expect(throws: TransportError.self) { try await transport.send(Request(.get, "http://\(address)/")) }
        }
    }

    @Test("an authority kept as PEM goes on issuing; a foreign key is refused")
    func kept() async throws {
        let again = try CertificateAuthority(certificatePEM: authority.certificatePEM, keyPEM: authority.keyPEM)
        let issued = try again.issueServer(hosts: ["127.0.0.1"], now: now)
        let answer = try await exchange(
            TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM),
            .init(certificateAuthorities: authority.certificatePEM))
        #expect(answer == "https")
        let other = try CertificateAuthority.create(commonName: "other", now: now)
        let finding = #expect(throws: Finding.self) {
            try CertificateAuthority(certificatePEM: authority.certificatePEM, keyPEM: other.keyPEM)
        }
        #expect(finding?.code == .badConfig)
    }

    @Test("unusable PEM is a finding before anything listens")
    func unusable() async throws {
        let server = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            tls: TLSIdentity(certificateChain: "nonsense", key: Secret("nonsense")), logger: silent)
        let finding = await #expect(throws: Finding.self) {
            try await server.withServer(ClosureHandler { _ in .text("") }) { _ in }
        }
        #expect(finding?.code == .badConfig)
    }
}

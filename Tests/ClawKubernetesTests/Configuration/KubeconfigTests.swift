import ClawBase
import ClawKubernetes
import FoundationEssentials
import Testing

let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
let privateKey = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n"

@Suite("Kubeconfigs")
struct KubeconfigTests {
    static let text = """
        apiVersion: v1
        kind: Config
        current-context: dev
        clusters:
        - name: one
          cluster:
            server: https://one.example:6443/
            certificate-authority: pki/ca.crt
        - name: two
          cluster:
            server: http://127.0.0.1:8001
            insecure-skip-tls-verify: true
            tls-server-name: two.example
        users:
        - name: ada
          user:
            client-certificate-data: \(Base64.encode(Array(certificate.utf8)))
            client-key: pki/ada.key
        - name: bob
          user: {token: t0ken}
        - name: eve
          user: {token: stale, tokenFile: eve.token}
        contexts:
        - name: dev
          context: {cluster: one, user: ada, namespace: demo}
        - name: prod
          context: {cluster: two, user: bob}
        - name: rotated
          context: {cluster: two, user: eve}
        - name: nobody
          context: {cluster: two}
        """

    private func withFiles<R>(_ body: (TemporaryDirectory) throws -> R) throws -> R {
        try withTemporaryDirectory { directory in
            try directory.write(certificate, to: "pki/ca.crt")
            try directory.write(privateKey, to: "pki/ada.key")
            try directory.write("  fresh\n", to: "eve.token")
            try directory.write(Self.text, to: "config")
            return try body(directory)
        }
    }

    @Test("the current context, with files relative to the kubeconfig and data in it")
    func current() throws {
        try withFiles { directory in
            let access = try Kubeconfig(contentsOf: directory.path + "/config").access()
            #expect(access.server == "https://one.example:6443")
            #expect(access.certificateAuthority == certificate)
            #expect(access.clientCertificate == certificate)
            #expect(access.clientKey?.reveal() == privateKey)
            #expect(access.token == nil)
            #expect(access.namespace == "demo")
            #expect(!access.skipsTLSVerification)
        }
    }

    @Test("another context by name; a token file counts more than the token beside it")
    func named() throws {
        try withFiles { directory in
            let file = try Kubeconfig(contentsOf: directory.path + "/config")
            let prod = try file.access(context: "prod")
            #expect(prod.server == "http://127.0.0.1:8001")
            #expect(prod.skipsTLSVerification && prod.tlsServerName == "two.example")
            #expect(prod.token?.reveal() == "t0ken" && prod.namespace == "default")
            #expect(try file.access(context: "rotated").token?.reveal() == "fresh")
            #expect(try file.access(context: "nobody").token == nil)
        }
    }

    @Test("a bare file name starts from the working directory, an absolute path from nowhere")
    func paths() throws {
        try withFiles { directory in
            let absolute = Self.text.replacing("pki/ca.crt", with: directory.path + "/pki/ca.crt")
                .replacing("pki/ada.key", with: directory.path + "/pki/ada.key")
            let access = try Kubeconfig(parsing: absolute, path: "elsewhere").access()
            #expect(access.certificateAuthority == certificate)
            #expect(throws: Finding.self) { try Kubeconfig(parsing: Self.text, path: "elsewhere").access() }
        }
    }

    @Test("what ClawKit writes, it reads")
    func roundTrip() throws {
        var access = ClusterAccess(server: "https://127.0.0.1:6443")
        access.certificateAuthority = certificate
        access.clientCertificate = certificate
        access.clientKey = Secret(privateKey)
        access.token = Secret("t")
        access.tlsServerName = "kubernetes"
        access.namespace = "demo"
        let text = Kubeconfig.text(for: access, name: "claw: \"kit\"", user: "yes")
        let read = try Kubeconfig(parsing: text, path: "config").access()
        #expect(read.server == access.server)
        #expect(read.certificateAuthority == access.certificateAuthority)
        #expect(read.clientCertificate == access.clientCertificate)
        #expect(read.clientKey == access.clientKey)
        #expect(read.token == access.token)
        #expect(read.tlsServerName == access.tlsServerName)
        #expect(read.namespace == access.namespace)
        #expect(!read.skipsTLSVerification)
    }

    @Test("without credentials or authority nothing is written, nor read")
    func bareRoundTrip() throws {
        var access = ClusterAccess(server: "http://127.0.0.1:6443")
        access.skipsTLSVerification = true
        let read = try Kubeconfig(parsing: Kubeconfig.text(for: access, name: "a", user: "b"), path: "config").access()
        #expect(read.skipsTLSVerification && read.token == nil && read.certificateAuthority == nil)
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("Users and clusters of a kubeconfig, as kubectl reads them")
struct UserTests {
    private func access(
        user: String = "{}", cluster: String = "{server: 'https://h:6443'}", path: String = "/etc/kube/config"
    )
        throws -> ClusterAccess
    {
        try Kubeconfig(
            parsing: """
                current-context: x
                clusters: [{name: c, cluster: \(cluster)}]
                users: [{name: u, user: \(user)}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                """, path: path
        ).access()
    }

    private func field(user: String = "{}", cluster: String = "{server: 'https://h:6443'}") -> String? {
        do {
            _ = try access(user: user, cluster: cluster)
            return nil
        } catch { return (error as? Finding)?.field?.split(separator: "[0].").last.map(String.init) }
    }

    @Test("an exec plugin with all it may say")
    func exec() throws {
        let exec = try #require(
            try access(
                user: """
                    {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/plugin, args: [get, token],
                     env: [{name: A, value: '1'}], installHint: Install it., interactiveMode: IfAvailable,
                     provideClusterInfo: true, unknown: kept}}
                    """,
                cluster: """
                    {server: 'https://h:6443/', tls-server-name: name.test, proxy-url: 'http://p:1', disable-compression: true,
                     certificate-authority-data: \(Base64.encode(Array(certificate.utf8))),
                     extensions: [{name: other, extension: {}}, {name: client.authentication.k8s.io/exec, extension: {aud: x}}]}
                    """
            ).exec)
        #expect(
            exec.version == .v1beta1 && exec.command == "/etc/kube/./bin/plugin" && exec.arguments == ["get", "token"])
        #expect(exec.environment["A"]?.reveal() == "1" && exec.installHint == "Install it.")
        #expect(
            exec.cluster == [
                "server": "https://h:6443", "tls-server-name": "name.test", "proxy-url": "http://p:1",
                "disable-compression": true,
                "certificate-authority-data": .string(Base64.encode(Array(certificate.utf8))), "config": ["aud": "x"],
            ])
        let plain = try access(user: "{exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}}").exec
        #expect(plain?.command == "aws" && plain?.cluster == nil && plain?.version == .v1)
    }

    @Test(
        "an exec plugin that cannot be run as it says",
        arguments: [
            ("{apiVersion: client.authentication.k8s.io/v1}", "command"),
            ("{command: a, apiVersion: client.authentication.k8s.io/v1alpha1}", "apiVersion"),
            ("{command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}", "interactiveMode"),
            ("{command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: maybe}", "interactiveMode"),
            ("{command: a, apiVersion: client.authentication.k8s.io/v1, args: [1]}", "args"),
            ("{command: a, apiVersion: client.authentication.k8s.io/v1, env: [{name: A}]}", "env"),
            ("{command: a, apiVersion: client.authentication.k8s.io/v1, env: [{name: 'A=B', value: x}]}", "env"),
            (
                "{command: a, apiVersion: client.authentication.k8s.io/v1, provideClusterInfo: 'yes'}",
                "provideClusterInfo"
            ),
        ])
    func brokenExec(exec: String, place: String) { #expect(field(user: "{exec: \(exec)}") == "user.exec.\(place)") }

    @Test("an OIDC provider")
    func oidc() throws {
        let config = "{idp-issuer-url: 'https://i', client-id: c, client-secret: s, refresh-token: r, id-token: a.b.c}"
        let oidc = try access(user: "{auth-provider: {name: oidc, config: \(config)}}").oidc
        #expect(oidc?.issuer == "https://i" && oidc?.clientID == "c" && oidc?.clientSecret?.reveal() == "s")
        #expect(oidc?.refreshToken?.reveal() == "r" && oidc?.idToken?.reveal() == "a.b.c")
        #expect(field(user: "{auth-provider: {name: oidc}}") == "user.auth-provider.config")
        #expect(
            field(user: "{auth-provider: {name: oidc, config: {client-id: c}}}")
                == "user.auth-provider.config.client-id")
    }

    @Test("basic authentication and impersonation")
    func others() throws {
        let access = try access(
            user:
                "{username: ada, password: s3cret, as: bob, as-uid: '7', as-groups: [g, h], as-user-extra: {k: [v, w]}}"
        )
        #expect(access.basic == .basic(user: "ada", password: Secret("s3cret")))
        #expect(
            access.impersonation == Impersonation(user: "bob", uid: "7", groups: ["g", "h"], extra: ["k": ["v", "w"]]))
        #expect(field(user: "{username: 'a:b', password: p}") == "user.username")
        #expect(field(user: "{as-uid: '7'}") == "user.as")
        #expect(field(user: "{as: u, as-user-extra: {k: v}}") == "user.as-user-extra.k")
    }

    @Test("one way to a header, not two; a token beside a plugin is the token")
    func contradictions() async throws {
        let exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such}"
        #expect(field(user: "{token: t, username: u, password: p}") == "user.username")
        let oidc = "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: c}}"
        #expect(field(user: "{\(exec), \(oidc)}") == "user.auth-provider")
        let script = ScriptedTransport { _ in .json([:]) }
        _ = try await ClusterTransport(access(user: "{token: t, \(exec)}")) { _ in script }.send(Request(.get, "/"))
        #expect(script.requests[0].headers[.authorization] == "Bearer t")
    }

    @Test("proxies of three kinds; a SOCKS proxy resolves the names")
    func proxies() throws {
        for (url, proxy) in [
            ("http://p:3128", "http://p:3128"), ("https://u:p@p", "https://u:p@p"),
            ("socks5://p:1080", "socks5h://p:1080"),
            ("socks5h://p", "socks5h://p"),
        ] {
            #expect(try access(cluster: "{server: 'https://h', proxy-url: '\(url)'}").proxy?.reveal() == proxy)
        }
        for url in ["p:3128", "ftp://p", "http://", "http://a b"] {
            #expect(field(cluster: "{server: 'https://h', proxy-url: '\(url)'}") == "cluster.proxy-url")
        }
        #expect(try access(cluster: "{server: 'https://h', disable-compression: true}").disablesCompression)
        #expect(try !access().disablesCompression)
    }

    @Test("files are read again, inline data is not")
    func rotation() throws {
        try withTemporaryDirectory { directory in
            for (name, text) in [("ca", certificate), ("crt", certificate), ("key", privateKey), ("token", "t")] {
                try directory.write(text, to: name)
            }
            let files = try access(
                user: "{client-certificate: crt, client-key: key, tokenFile: token}",
                cluster: "{server: 'https://h', certificate-authority: ca}", path: directory.path + "/config")
            #expect(files.certificateAuthorityFile == directory.path + "/ca")
            #expect(
                files.clientCertificateFile == directory.path + "/crt" && files.clientKeyFile == directory.path + "/key"
            )
            #expect(files.tokenFile == directory.path + "/token")
            let data = Base64.encode(Array(certificate.utf8))
            let inline = try access(
                cluster: "{server: 'https://h', certificate-authority: none, certificate-authority-data: \(data)}")
            #expect(inline.certificateAuthority == certificate && inline.certificateAuthorityFile == nil)
        }
    }
}

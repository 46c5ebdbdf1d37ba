import ClawBase
import ClawKubernetes
import Testing

@Suite("Broken kubeconfigs: a finding with file and place, never another cluster")
struct BrokenKubeconfigTests {
    /// What a whole kubeconfig says, to be broken in one place.
    private func text(
        cluster: String = "{server: 'https://h:1'}", user: String = "{token: t}",
        context: String = "{cluster: c, user: u}",
        current: String = "x", more: String = ""
    ) -> String {
        """
        current-context: \(current)
        clusters: [{name: c, cluster: \(cluster)}]
        users: [{name: u, user: \(user)}]
        contexts: [{name: x, context: \(context)}]
        \(more)
        """
    }

    private func finding(_ text: String, context: String? = nil) -> Finding? {
        do {
            _ = try Kubeconfig(parsing: text, path: "/etc/kube").access(context: context)
            return nil
        } catch {
            return error as? Finding
        }
    }

    @Test("a whole one is none of them")
    func whole() { #expect(finding(text()) == nil) }

    @Test("no file, a directory, no text")
    func files() throws {
        try withTemporaryDirectory { directory in
            for path in [directory.path + "/none", directory.path] {
                #expect { try Kubeconfig(contentsOf: path) } throws: {
                    ($0 as? Finding)?.code == .badConfig && ($0 as? Finding)?.field == path
                }
            }
        }
    }

    @Test(
        "what is no kubeconfig at all",
        arguments: [
            "", "# nothing\n", "just words", "- a\n- b\n", "apiVersion: v1\nkind: Pod\n", "{}",
            "clusters: []\n---\nclusters: []\n",
        ])
    func noKubeconfig(text: String) {
        let finding = finding(text)
        #expect(finding?.code == .badConfig)
        #expect(finding?.field == "/etc/kube")
    }

    @Test("what is no YAML is told with its line")
    func noYAML() {
        #expect(finding("clusters:\n- name: [\n  a: b: c\n")?.field == "/etc/kube:3")
        #expect(finding("clusters:\n\t- name: a\n")?.field == "/etc/kube:2")
        #expect(finding("clusters: []\nusers: []\nclusters: []\n")?.field?.hasPrefix("/etc/kube:") == true)
    }

    @Test("an error never quotes the file's secrets")
    func secrets() {
        for text in [
            text(user: "{token: s3cret}", more: "clusters: []"), text(user: "{token: s3cret, exec: {}}"),
            text(user: "{token: s3cret, client-key: [s3cret]}"), text(user: "{token: 's3cret s3cret'}"),
            text(user: "{client-key-data: s3cret!}"), "a: {token: s3cret",
        ] {
            let finding = finding(text)
            #expect(finding != nil)
            #expect(finding?.description.contains("s3cret") == false)
        }
    }

    @Test("contexts that lead nowhere")
    func contexts() {
        #expect(finding(text(current: "''"))?.field == "/etc/kube: current-context")
        #expect(finding(text(current: "[x]"))?.field == "/etc/kube: current-context")
        #expect(finding("clusters: []")?.field == "/etc/kube: current-context")
        #expect(finding(text(current: "w"))?.field == "/etc/kube: contexts")
        #expect(finding(text(current: "y"))?.field == "/etc/kube: current-context", "YAML's y is true, and no text")
        #expect(finding(text(), context: "")?.field == "/etc/kube: current-context")
        #expect(finding(text(context: "{user: u}"))?.field == "/etc/kube: contexts[0].context.cluster")
        #expect(finding(text(context: "{cluster: other, user: u}"))?.field == "/etc/kube: clusters")
        #expect(finding(text(context: "{cluster: c, user: other}"))?.field == "/etc/kube: users")
        #expect(finding(text(context: "{cluster: c, user: 7}"))?.field == "/etc/kube: contexts[0].context.user")
        #expect(finding(text(context: "~"))?.field == "/etc/kube: contexts[0].context")
        #expect(finding("current-context: x\nclusters: {}\ncontexts: {x: {}}")?.field == "/etc/kube: contexts")
        #expect(
            finding(text(context: "{cluster: c, user: u, namespace: 1}"))?.field
                == "/etc/kube: contexts[0].context.namespace")
    }

    @Test("two entries of one name: which is meant cannot be known")
    func duplicates() {
        let text = """
            current-context: x
            clusters: [{name: c, cluster: {server: 'https://h:1'}}, {name: c, cluster: {server: 'https://h:2'}}]
            contexts: [{name: x, context: {cluster: c}}]
            """
        #expect(finding(text)?.field == "/etc/kube: clusters")
    }

    @Test(
        "clusters that cannot be reached as they say",
        arguments: [
            ("{}", "server"), ("{server: ''}", "server"), ("{server: 7}", "server"), ("{server: h:1}", "server"),
            ("{server: 'ftp://h'}", "server"), ("{server: 'https://'}", "server"), ("{server: 'https:///x'}", "server"),
            ("{server: 'https://u:p@h'}", "server"), ("{server: 'https://h 1'}", "server"),
            ("{server: 'https://h/?x'}", "server"),
            ("{server: 'https://h', proxy-url: 'ftp://p'}", "proxy-url"),
            ("{server: 'https://h', proxy-url: 'http://'}", "proxy-url"),
            ("{server: 'https://h', certificate-authority: none.crt}", "certificate-authority"),
            ("{server: 'https://h', certificate-authority: 7}", "certificate-authority"),
            ("{server: 'https://h', certificate-authority-data: '?'}", "certificate-authority-data"),
            ("{server: 'https://h', certificate-authority-data: aGVsbG8=}", "certificate-authority-data"),
            ("{server: 'https://h', insecure-skip-tls-verify: 'true'}", "insecure-skip-tls-verify"),
            (
                "{server: 'https://h', insecure-skip-tls-verify: true, certificate-authority-data: \(Base64.encode(Array(certificate.utf8)))}",
                "insecure-skip-tls-verify"
            ),
        ])
    func clusters(cluster: String, place: String) {
        #expect(finding(text(cluster: cluster))?.field == "/etc/kube: clusters[0].cluster.\(place)")
    }

    @Test(
        "users that would be somebody else, or nobody",
        arguments: [
            ("{token: 12345}", "token"), ("{token: [t]}", "token"), ("{token: 'a b'}", "token"),
            ("{token: 'ä'}", "token"),
            ("{tokenFile: none}", "tokenFile"), ("{exec: {command: aws}}", "exec.apiVersion"),
            ("{auth-provider: {name: gcp}}", "auth-provider.name"), ("{username: u}", "username"),
            ("{token: t, as-groups: [g]}", "as"),
            ("{token: t, username: u, password: p}", "username"), ("{password: p}", "username"),
            ("{as: u, as-groups: g}", "as-groups"),
            ("{client-certificate-data: \(Base64.encode(Array(certificate.utf8)))}", "client-key"),
            ("{client-key-data: \(Base64.encode(Array(privateKey.utf8)))}", "client-certificate"),
            ("{client-key-data: '%', client-certificate: x}", "client-certificate"),
        ])
    func users(user: String, place: String) {
        #expect(finding(text(user: user))?.field == "/etc/kube: users[0].user.\(place)")
    }

    @Test("an empty token file is no anonymous access")
    func emptyTokenFile() throws {
        try withTemporaryDirectory { directory in
            try directory.write(" \n", to: "token")
            let config = text(user: "{tokenFile: token}")
            #expect { try Kubeconfig(parsing: config, path: directory.path + "/config").access() } throws: {
                ($0 as? Finding)?.field?.hasSuffix("users[0].user.tokenFile") == true
            }
        }
    }
}

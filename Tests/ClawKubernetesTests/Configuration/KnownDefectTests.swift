import ClawBase
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

/// Mistakes found in an earlier Swift client, by their numbers in that review. What other suites prove in full is here
/// in its shortest form, so that the list can be read as one.
@Suite("Known defects of clients: connection and identity", .timeLimit(.minutes(10)))
struct KnownDefectTests {
    private let time = VirtualTime()

    private func access(user: String = "{}", cluster: String = "{server: 'https://h'}") throws -> ClusterAccess {
        try Kubeconfig(
            parsing: """
                current-context: x
                clusters: [{name: c, cluster: \(cluster)}]
                users: [{name: u, user: \(user)}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                """, path: "/etc/kube"
        ).access()
    }

    @Test("1: TLS is verified unless somebody asked by name not to")
    func verification() throws {
        #expect(try !access().skipsTLSVerification)
        #expect(try !access(cluster: "{server: 'https://h', insecure-skip-tls-verify: ~}").skipsTLSVerification)
        #expect(try !access(cluster: "{server: 'https://h', insecure-skip-tls-verify: false}").skipsTLSVerification)
        #expect(CurlTransport.TLS().verify)
    }

    @Test("7: a renewed token reaches the requests of a client that exists")
    func renewedToken() async throws {
        try await withScratch { directory in
            var access = try access()
            access.tokenFile = try directory.write("one", to: "token")
            let script = ScriptedTransport { _ in .json(list([], version: 1)) }
            let client = KubernetesClient(try ClusterTransport(access, time: time) { _ in script })
            _ = try await client.list(ConfigMap.self)
            try directory.replace("two\n", "token")
            _ = try await client.list(ConfigMap.self)
            // Nor does a moment without the file matter.
            try directory.replace("", "token")
            _ = try await client.list(ConfigMap.self)
            #expect(script.requests.map { $0.headers[.authorization] } == ["Bearer one", "Bearer two", "Bearer two"])
        }
    }

    @Test("11: a plugin's bare answer is enough")
    func bareAnswer() async throws {
        try await withScratch { directory in
            let plugin = ExecPlugin(try directory.program("#!/bin/sh\n\(execAnswer(#"{"token":"t"}"#))\n"))
            #expect(try await plugin.credentials(inheriting: shell, time: time).credential().shown == "Bearer t")
        }
    }

    @Test("12: the token file goes before the token")
    func tokenFile() async throws {
        try await withScratch { directory in
            let file = try directory.write("fresh", to: "token")
            let access = try access(user: "{token: stale, tokenFile: '\(file)'}")
            #expect(access.token?.reveal() == "fresh" && access.tokenFile == file)
        }
    }

    @Test("13: a broken KUBECONFIG is an error, though there is a home and a pod's account")
    func brokenFile() throws {
        try withTemporaryDirectory { directory in
            let good =
                "current-context: x\nclusters: [{name: c, cluster: {server: 'https://h'}}]\ncontexts: [{name: x, context: {cluster: c}}]"
            try directory.write(good, to: ".kube/config")
            let broken = try directory.write("clusters: [", to: "broken")
            let environment = [
                "HOME": directory.path, "KUBECONFIG": broken, "KUBERNETES_SERVICE_HOST": "h",
                "KUBERNETES_SERVICE_PORT": "1",
            ]
            #expect { try ClusterAccess.load(environment: environment) } throws: {
                ($0 as? Finding)?.field?.hasPrefix(broken) == true
            }
        }
    }

    @Test("14: relative paths start from the kubeconfig")
    func relativePaths() throws {
        try withTemporaryDirectory { directory in
            try directory.write(certificate, to: "pki/ca.crt")
            let text =
                "current-context: x\nclusters: [{name: c, cluster: {server: 'https://h', certificate-authority: pki/ca.crt}}]\ncontexts: [{name: x, context: {cluster: c}}]"
            let file = try directory.write(text, to: "config")
            #expect(try Kubeconfig(contentsOf: file).access().certificateAuthority == certificate)
        }
    }

    @Test("15: no credentials means anonymous, not no client")
    func anonymous() async throws {
        let script = ScriptedTransport { _ in .json(list([], version: 1)) }
        let client = KubernetesClient(try ClusterTransport(try access(), time: time) { _ in script })
        _ = try await client.list(ConfigMap.self)
        #expect(script.requests[0].headers[.authorization] == nil)
    }

    @Test("21: metrics are labelled by route, never by object")
    func metrics() async throws {
        let metrics = ClientMetrics(route: RequestRoute.template)
        let client = KubernetesClient(
            ScriptedTransport { _ in .json(configMap("a", version: 1)) }.metered(metrics, time: time))
        for number in 0..<50 { _ = try await client.get(ConfigMap.self, "object-\(number)", in: "space-\(number)") }
        var text = MetricsText()
        metrics.write(to: &text)
        #expect(text.text.contains(#"route="/api/v1/namespaces/{namespace}/configmaps/{name}",status="200"} 50"#))
        #expect(!text.text.contains("object-") && !text.text.contains("space-"))
    }

    @Test("22: https proxies are used")
    func httpsProxy() throws {
        #expect(try access(cluster: "{server: 'https://h', proxy-url: 'https://p'}").proxy?.reveal() == "https://p")
    }

    @Test("25: a redirect is an answer, not a way for credentials to leave")
    func redirect() async throws {
        var access = try access()
        access.token = Secret("t")
        let script = ScriptedTransport { _ in Response(status: .found, headers: [.location: "https://elsewhere/"]) }
        let transport = try ClusterTransport(access, time: time) { _ in script }
        #expect(try await transport.send(Request(.get, "/")).status == .found)
        #expect(script.requests.count == 1)
    }
}

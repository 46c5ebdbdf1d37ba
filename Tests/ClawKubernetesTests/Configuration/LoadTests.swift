import ClawBase
import ClawDocuments
import ClawKubernetes
import FoundationEssentials
import HTTPTypes
import Testing

@Suite("Which cluster: as kubectl decides it")
struct LoadTests {
    private func config(_ server: String, user: String = "u") -> String {
        """
        current-context: \(server)
        clusters: [{name: \(server), cluster: {server: 'https://\(server)'}}]
        users: [{name: \(user), user: {token: \(server)-token}}]
        contexts: [{name: \(server), context: {cluster: \(server), user: \(user)}}]
        """
    }

    private func withHome<R>(_ body: (TemporaryDirectory, [String: String]) throws -> R) throws -> R {
        try withTemporaryDirectory { directory in
            try directory.write(config("explicit"), to: "explicit")
            try directory.write(config("listed"), to: "listed")
            try directory.write(config("home"), to: ".kube/config")
            try directory.write(certificate, to: "sa/ca.crt")
            try directory.write("pod-token\n", to: "sa/token")
            try directory.write("team", to: "sa/namespace")
            return try body(
                directory,
                [
                    "HOME": directory.path, "KUBECONFIG": directory.path + "/listed",
                    "KUBERNETES_SERVICE_HOST": "10.0.0.1",
                    "KUBERNETES_SERVICE_PORT": "443",
                ])
        }
    }

    private func load(
        _ directory: TemporaryDirectory, _ environment: [String: String], explicit: String? = nil,
        context: String? = nil
    ) throws -> ClusterAccess {
        try ClusterAccess.load(
            explicit: explicit, context: context, environment: environment, serviceAccount: directory.path + "/sa")
    }

    @Test("the explicit file, then KUBECONFIG, then the home's, then the pod's cluster")
    func order() throws {
        try withHome { directory, full in
            var environment = full
            #expect(
                try load(directory, environment, explicit: directory.path + "/explicit").server == "https://explicit")
            #expect(try load(directory, environment).server == "https://listed")
            environment["KUBECONFIG"] = ""
            #expect(try load(directory, environment).server == "https://home")
            environment["HOME"] = directory.path + "/nowhere"
            let pod = try load(directory, environment)
            #expect(
                pod.server == "https://10.0.0.1:443" && pod.token?.reveal() == "pod-token" && pod.namespace == "team")
            #expect(pod.certificateAuthority == certificate && !pod.skipsTLSVerification)
            #expect(pod.certificateAuthorityFile != nil && pod.tokenFile != nil)
            environment["POD_NAMESPACE"] = "mine"
            #expect(try load(directory, environment).namespace == "mine")
            environment["KUBERNETES_SERVICE_HOST"] = "fd00::1"
            #expect(try load(directory, environment).server == "https://[fd00::1]:443")
            environment["KUBERNETES_SERVICE_HOST"] = nil
            #expect(throws: Finding.self) { try load(directory, environment) }
        }
    }

    @Test("what is there and broken is an error, never the next cluster")
    func broken() throws {
        try withHome { directory, environment in
            for broken in ["", "clusters: [", "kind: Pod", "current-context: x"] {
                try directory.write(broken, to: "listed")
                #expect(throws: Finding.self) { try load(directory, environment) }
            }
            #expect(throws: Finding.self) { try load(directory, environment, explicit: directory.path + "/none") }
            var environment = environment
            environment["KUBECONFIG"] = directory.path + "/none"
            #expect(throws: Finding.self) { try load(directory, environment) }
            environment["KUBECONFIG"] = nil
            try directory.write("not: [a kubeconfig", to: ".kube/config")
            #expect(throws: Finding.self) { try load(directory, environment) }
            // A context can only be one of a file's.
            environment["HOME"] = nil
            #expect(throws: Finding.self) { try load(directory, environment, context: "x") }
            // A pod without its authorities gets no connection, and none without verification.
            for name in ["ca.crt", "token"] {
                try FileManager.default.removeItem(atPath: directory.path + "/sa/" + name)
                #expect(throws: Finding.self) { try load(directory, environment) }
            }
        }
    }

    @Test("several files are one: the first says whose an entry is, each path starts from its own file")
    func merging() throws {
        try withTemporaryDirectory { directory in
            try directory.write(certificate, to: "a/ca.crt")
            try directory.write("b-token", to: "b/token")
            try directory.write(
                """
                clusters: [{name: shared, cluster: {server: 'https://first', certificate-authority: ca.crt, own: 1}}]
                extra: {kept: true}
                preferences: {colors: true}
                """, to: "a/config")
            try directory.write(
                """
                current-context: ours
                extra: {lost: true}
                more: 2
                clusters: [{name: shared, cluster: {server: 'https://second'}}, {name: other, cluster: {server: 'https://other'}}]
                users: [{name: ada, user: {tokenFile: token, exec: {command: ./x}}}]
                contexts: [{name: ours, context: {cluster: shared, user: ada, namespace: demo}}]
                """, to: "b/config")
            try directory.write("", to: "empty")
            try directory.write(
                "current-context: theirs\ncontexts: [{name: ours, context: {cluster: other}}, {name: theirs, context: {cluster: other}}]",
                to: "c")
            let environment = [
                "KUBECONFIG": ["a/config", "none", "empty", "b/config", "c", "a/config"]
                    .map { "\(directory.path)/\($0)" }.joined(separator: ":") + "::"
            ]
            // The user's plugin is left out: what matters here is whose entry counts.
            let file = try Kubeconfig(
                merging: environment["KUBECONFIG"]!.split(separator: ":").map(String.init))
            #expect(try file.currentContext == "ours" && file.contexts == ["ours", "theirs"])
            let merged = file.merged
            #expect(
                merged["clusters"]?[0]?["cluster"] == [
                    "server": "https://first", "certificate-authority": .string("\(directory.path)/a/ca.crt"), "own": 1,
                ])
            #expect(merged["users"]?[0]?["user"]?["tokenFile"]?.string == "\(directory.path)/b/token")
            #expect(merged["users"]?[0]?["user"]?["exec"]?["command"]?.string == "\(directory.path)/b/./x")
            #expect(
                merged["extra"] == ["kept": true] && merged["more"] == 2 && merged["preferences"] == ["colors": true])
            #expect(merged["current-context"] == "ours" && merged["clusters"]?.array?.count == 2)
            #expect(try ClusterAccess.load(context: "theirs", environment: environment).server == "https://other")
            #expect { try file.access() } throws: {
                ($0 as? Finding)?.field?.contains("b/config: users[0].user.exec") == true
            }
            #expect { try file.access(context: "their") } throws: {
                ($0 as? Finding)?.message.contains("did you mean 'theirs'") == true
            }
        }
    }

    @Test(
        "the environment's proxy, but for what NO_PROXY names and what stays on this machine",
        arguments: [
            ("https://h:6443", [:], nil), ("https://h:6443", ["HTTPS_PROXY": "p:1"], "http://p:1"),
            ("https://h:6443", ["https_proxy": "socks5://q", "HTTPS_PROXY": "p:1"], "socks5h://q"),
            ("http://h", ["HTTPS_PROXY": "p:1"], nil), ("http://h", ["HTTP_PROXY": "http://p:1"], "http://p:1"),
            ("https://127.0.0.1:6443", ["HTTPS_PROXY": "p:1"], nil), ("https://localhost", ["HTTPS_PROXY": "p:1"], nil),
            ("https://h", ["HTTPS_PROXY": "p:1", "NO_PROXY": "*"], nil),
            ("https://a.Example.org", ["HTTPS_PROXY": "p:1", "NO_PROXY": "x, .example.org"], nil),
            ("https://example.org", ["HTTPS_PROXY": "p:1", "no_proxy": "example.org"], nil),
            ("https://badexample.org", ["HTTPS_PROXY": "p:1", "NO_PROXY": "example.org"], "http://p:1"),
            ("https://10.1.2.3:6443", ["HTTPS_PROXY": "p:1", "NO_PROXY": "10.0.0.0/8"], nil),
            ("https://11.1.2.3:6443", ["HTTPS_PROXY": "p:1", "NO_PROXY": "10.0.0.0/8"], "http://p:1"),
            ("https://h:6443", ["HTTPS_PROXY": "p:1", "NO_PROXY": "h:443"], "http://p:1"),
            ("https://h:6443", ["HTTPS_PROXY": "p:1", "NO_PROXY": "h:6443"], nil),
            ("https://[fd00::1]:6443", ["HTTPS_PROXY": "p:1", "NO_PROXY": "fd00::1"], nil),
        ] as [(String, [String: String], String?)])
    func proxies(server: String, environment: [String: String], proxy: String?) throws {
        try withTemporaryDirectory { directory in
            let text =
                "current-context: x\nclusters: [{name: c, cluster: {server: '\(server)'}}]\ncontexts: [{name: x, context: {cluster: c}}]"
            let file = try directory.write(text, to: "config")
            let access = try ClusterAccess.load(explicit: file, environment: environment)
            #expect(access.proxy?.reveal() == proxy)
        }
    }

    @Test("routes for metrics hold no names")
    func routes() {
        for (path, route) in [
            ("/api/v1/namespaces/demo/pods/web/log", "/api/v1/namespaces/{namespace}/pods/{name}/log"),
            ("/api/v1/namespaces/demo", "/api/v1/namespaces/{name}"), ("/api/v1/namespaces", "/api/v1/namespaces"),
            ("/apis/apps/v1/deployments", "/apis/apps/v1/deployments"), ("/apis/apps/v1", "/apis/apps/v1"),
            (
                "/apis/apps/v1/namespaces/a/deployments/b/scale",
                "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"
            ),
            ("/api/v1/nodes/n/proxy/stats/summary", "/api/v1/nodes/{name}/proxy/…"), ("/healthz", "/healthz"),
            ("/openapi/v3/apis/x", "/openapi/…"), ("/", "/"),
        ] {
            #expect(RequestRoute.template(Request(.get, path + "?watch=true")) == route)
        }
    }

    @Test("a client names its program and machine")
    func userAgent() {
        #expect(UserAgent.named("my tool\r\nX: y").hasPrefix("my-tool--X--y ("))
        #expect(UserAgent.current.hasSuffix(") clawkit"))
    }
}

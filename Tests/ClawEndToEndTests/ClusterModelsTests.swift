import ClawKit
import Foundation
import HTTPTypes
import Testing

@Suite("The platform's models, keys and settings while it runs")
struct ClusterModelsTests {
    private func withPlatform(
        _ yaml: String, _ body: (RunningPlatform) async throws -> Void
    ) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        try yaml.write(to: directory.appending(path: "claw.yaml"), atomically: true, encoding: .utf8)
        let platform = try await RunningPlatform.start(in: directory)
        do { try await body(platform) } catch { Issue.record(error) }
        #expect(try await platform.stop() == 0)
    }

    private func makeRuntime(_ platform: RunningPlatform) async throws {
        for command in [
            ["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"],
            ["user", "create", "ada", "--project", "demo", "--role", "owner"],
            ["runtime", "start", "--user", "ada", "--wait", "--timeout", "60s"],
        ] {
            let outcome = try await run(
                Programs.path("claw"), command, in: platform.directory, environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(command): \(outcome.errors)")
        }
    }

    private func exchange(_ platform: RunningPlatform, _ token: String) async throws -> (status: Int, json: JSON) {
        let form: QueryParameters = [
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        ]
        let response = try await platform.network.send(
            Request(
                .post, "\(platform.gateway ?? "")/oauth/token",
                headers: [.contentType: "application/x-www-form-urlencoded"], body: .string(form.description)))
        return (response.status.code, try JSONParser.parse(try await response.body.collect(limit: 1 << 20)))
    }

    private func say(_ platform: RunningPlatform, _ model: String, key: String) async throws -> Int {
        let body: JSON = ["model": .string(model), "messages": [["role": "user", "content": "Hi."]]]
        let response = try await platform.network.send(
            Request(
                .post, "\(platform.gateway ?? "")/v1/chat/completions",
                headers: [.authorization: "Bearer \(key)", .contentType: "application/json"], body: .bytes(body.bytes())))
        _ = try await response.body.collect(limit: 1 << 20)
        return response.status.code
    }

    /// The token that the runtime's pod finds mounted, where the node has put it.
    private func mountedToken(_ platform: RunningPlatform) throws -> String? {
        let files = FileManager.default.enumerator(at: platform.directory.appending(path: ".claw"), includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.path().contains("model-token"), file.lastPathComponent == "token" else { continue }
            return try String(contentsOf: file, encoding: .utf8)
        }
        return nil
    }

    @Test("a runtime's pod finds a token mounted, gets a key for it, and the key ends with the pod")
    func exchanged() async throws {
        try await withPlatform("models: [{name: echo, upstreams: [{dialect: echo}]}]\n") { platform in
            try await makeRuntime(platform)
            let token = try #require(try mountedToken(platform))
            let (status, answer) = try await exchange(platform, token)
            #expect(status == 200, "\(answer)")
            let key = answer["access_token"]?.string ?? ""
            #expect(try await say(platform, "echo", key: key) == 200)
            #expect(try await say(platform, "echo", key: token) == 401)
            let pod = try await platform.kubernetes.get(Pod.self, "ada", in: "demo")
            let environment = pod.spec?.containers.first?.env ?? []
            #expect(environment.first { $0.name == "CLAW_MODEL_TOKEN_URL" }?.value == "\(platform.gateway ?? "")/oauth/token")

            let outcome = try await platform.claw("runtime", "stop", "--user", "ada", "--wait", "--timeout", "60s")
            #expect(outcome.status == 0, "\(outcome.errors)")
            try await eventually("the key's end") { try await say(platform, "echo", key: key) == 401 ? true : nil }
            let refused = try await exchange(platform, token)
            #expect(refused.status == 400 && refused.json["error"] == "invalid_grant", "\(refused.json)")
        }
    }

    @Test("templates and models of the file hold while the platform runs; what cannot change is said, a wrong file refused")
    func reload() async throws {
        let start = "models: [{name: one, upstreams: [{dialect: echo}]}]\n"
        try await withPlatform(start) { platform in
            try await makeRuntime(platform)
            let file = platform.directory.appending(path: "claw.yaml")
            let log: @Sendable () -> String = { (try? String(contentsOf: platform.directory.appending(path: "control-plane.log"), encoding: .utf8)) ?? "" }
            @Sendable func settings() async throws -> [String: String] {
                try await platform.kubernetes.get(ConfigMap.self, "platform", in: "clawkit-system").data
            }
            let changed = """
                models:
                  - {name: one, upstreams: [{dialect: echo}]}
                  - {name: two, upstreams: [{dialect: echo}]}
                templates:
                  - {name: default, command: [agent-runtime]}
                  - {name: second, command: [agent-runtime]}
                server: {sessionHours: 3}
                gateway: {connectTimeout: 3s}
                """
            try changed.write(to: file, atomically: true, encoding: .utf8)
            kill(platform.pid, SIGHUP)
            try await eventually("the new settings") {
                let data = try await settings()
                return data["models"]?.contains("two") == true && data["templates"]?.contains("second") == true ? true : nil
            }
            let key = try await platform.claw("key", "create", "ci", "--output", "json")
            let shown = try JSONParser.parse(Array(key.output.utf8))["key"]?.string ?? ""
            #expect(try await say(platform, "two", key: shown) == 200)
            #expect(log().contains("server.sessionHours has changed and holds from the next start"))
            #expect(log().contains("gateway.connectTimeout has changed and holds from the next start"))

            try "models: []\ntemplate: []\n".write(to: file, atomically: true, encoding: .utf8)
            kill(platform.pid, SIGHUP)
            try await eventually("the refusal") { log().contains("did you mean 'templates'") ? true : nil }
            #expect(try await say(platform, "two", key: shown) == 200)

            // By hand, as an administrator of the cluster: known to runtimes at once.
            _ = try await platform.kubernetes.create(
                ModelEndpoint(name: "three", spec: ModelEndpointSpec(upstreams: [.echo])))
            try await eventually("the endpoint's model") { try await say(platform, "three", key: shown) == 200 ? true : nil }
            try await eventually("the settings") { try await settings()["models"]?.contains("three") == true ? true : nil }
            if let kubectl = Programs.system("kubectl") {
                try await eventually("the status") {
                    try await platform.kubernetes.get(ModelEndpoint.self, "three").status.model == "three" ? true : nil
                }
                let table = try await run(
                    kubectl, ["--kubeconfig", ".claw/kubeconfig", "--cache-dir", "cache", "get", "modelendpoints"],
                    in: platform.directory)
                let words = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                #expect(words.first == ["NAME", "MODEL", "DIALECT", "ACCEPTED", "REACHABLE", "UPSTREAMS", "AGE"])
                #expect(words.last?.dropLast() == ["three", "three", "echo", "True", "Unknown", "1/1"], "\(table.output)")
            }
        }
    }

    @Test("claw invites somebody, who becomes a user without having signed in")
    func invitation() async throws {
        try await withPlatform("{}\n") { platform in
            for command in [["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"]] {
                _ = try await run(
                    Programs.path("claw"), command, in: platform.directory, environment: ["CLAW_SERVER": platform.controlPlane])
            }
            let made = try await platform.claw(
                "invitation", "create", "grace@example.com", "--project", "demo", "--role", "viewer", "--output", "json")
            let invitation = try JSONParser.parse(Array(made.output.utf8))
            let elsewhere = try RunningPlatform.makeDirectory()
            defer { try? FileManager.default.removeItem(at: elsewhere) }
            let accepted = try await run(
                Programs.path("claw"), ["invitation", "accept", "grace"], in: elsewhere,
                environment: ["CLAW_SERVER": platform.controlPlane, "CLAW_INVITATION": invitation["token"]?.string ?? ""])
            #expect(accepted.status == 0, "\(accepted.errors)")
            let token = accepted.output.split(separator: "\n").last.map(String.init) ?? ""
            let me = try await platform.claw("me", token: token)
            #expect(me.output.contains("grace") && me.output.contains("viewer"), "\(me.output)\(me.errors)")
            let list = try await platform.claw("invitation", "list")
            #expect(list.output.contains("accepted by grace"))
            let again = try await run(
                Programs.path("claw"), ["invitation", "accept", "eve"], in: elsewhere,
                environment: ["CLAW_SERVER": platform.controlPlane, "CLAW_INVITATION": invitation["token"]?.string ?? ""])
            #expect(again.status == 3, "\(again.errors)")
        }
    }

    @Test("model-gateway alone serves a cluster's models and runtimes, with no more rights than its page lists")
    func alone() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory, ["--without", "gateway"])
        do {
            try await makeRuntime(platform)
            let api = try platform.kubernetes
            let kubeconfig = try await Self.limitedAccess(platform, api)
            _ = try await api.create(ModelEndpoint(name: "shared", spec: ModelEndpointSpec(upstreams: [.echo])))
            let gateway = try await RunningGateway.start("{}\n", arguments: ["--kubeconfig", kubeconfig])
            try await eventually("the endpoint's model") {
                try await gateway.models().contains("shared") ? true : nil
            }
            let token = try #require(try mountedToken(platform))
            let form: QueryParameters = [
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": token,
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            ]
            let response = try await gateway.network.send(
                Request(
                    .post, "\(gateway.url)/oauth/token",
                    headers: [.contentType: "application/x-www-form-urlencoded"], body: .string(form.description)))
            let answer = try JSONParser.parse(try await response.body.collect(limit: 1 << 20))
            let key = try #require(answer["access_token"]?.string, "\(answer)\(gateway.log)")
            #expect(try await gateway.said("shared", "Hi.", key: key) == "echo: Hi.")
            try await eventually("the status") {
                let conditions = try await api.get(ModelEndpoint.self, "shared").status.conditions
                return conditions.first { $0.type == "Accepted" }?.status == "True" ? true : nil
            }
            #expect(!gateway.log.contains(#/\b403\b/#) && !gateway.log.contains("orbidden"), "\(gateway.log)")
            #expect(try await gateway.stop() == 0)
        } catch {
            Issue.record(error)
        }
        #expect(try await platform.stop() == 0)
    }

    /// A kubeconfig of an account that has the rights of Docs/model-gateway.md.
    private static func limitedAccess(_ platform: RunningPlatform, _ api: KubernetesClient) async throws -> String {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Docs/model-gateway.md")
        let blocks = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```yaml\n")
        let shown = try #require(
            blocks.compactMap { $0.components(separatedBy: "```").first }.first { $0.contains("kind: ClusterRole") })
        let account = ObjectMeta(name: "gateway", namespace: "clawkit-system")
        try await api.create(ServiceAccount(metadata: account))
        let subject = Subject(kind: "ServiceAccount", name: "gateway", namespace: "clawkit-system")
        let group = "rbac.authorization.k8s.io"
        for document in try Manifest.parse(shown, source: "model-gateway.md") {
            let object = try #require(document.object)
            if object.string(.kind) == "ClusterRole" {
                let role = try await api.create(ClusterRole(document: object))
                try await api.create(
                    ClusterRoleBinding(
                        metadata: ObjectMeta(name: "gateway"),
                        roleRef: RoleRef(kind: "ClusterRole", name: role.name, apiGroup: group), subjects: [subject]))
            } else {
                let role = try await api.create(Role(document: object))
                try await api.create(
                    RoleBinding(
                        metadata: account, roleRef: RoleRef(kind: "Role", name: role.name, apiGroup: group),
                        subjects: [subject]))
            }
        }
        let token = try await api.requestToken(forServiceAccount: "gateway", in: "clawkit-system").token
        var access = try ClusterAccess.load(explicit: platform.file(".claw/kubeconfig"))
        (access.token, access.clientCertificate, access.clientKey) = (token, nil, nil)
        let path = platform.file("limited-kubeconfig")
        try Kubeconfig.text(for: access, name: "limited", user: "gateway")
            .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}

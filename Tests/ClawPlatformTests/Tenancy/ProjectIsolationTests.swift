import ClawCluster
import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import Testing

@testable import ClawPlatform

@Suite("A project's namespace is its own")
struct ProjectIsolationTests {
    // MARK: what is desired

    private func children(_ change: (inout Project) -> Void = { _ in }, secrets: [String] = []) throws -> [Child] {
        var project = Project(name: "demo", tenant: "acme")
        change(&project)
        let members = [Member("ada", of: "demo", role: .owner), Member("bob", of: "demo", role: .viewer)]
        let found = secrets.map { KubernetesSecret(metadata: ObjectMeta(name: $0, namespace: "demo")) }
        return try ProjectKind().desire(project, Observed(found + members))
    }

    private func all<R: Resource>(_ type: R.Type, _ children: [Child]) -> [R] { children.compactMap { $0.object as? R } }

    @Test("each role is bound to those who have it, by names that are nobody else's in the cluster")
    func roles() throws {
        let children = try children()
        #expect(all(Role.self, children).map(\.name).sorted() == [
            "clawkit:developer", "clawkit:manager", "clawkit:owner", "clawkit:viewer",
        ])
        let bindings = all(RoleBinding.self, children)
        #expect(bindings.map(\.name).sorted() == ["clawkit:owner", "clawkit:viewer"])
        #expect(bindings.first { $0.name == "clawkit:owner" }?.subjects.map(\.name) == ["clawkit:ada"])
        #expect(bindings.allSatisfy { $0.roleRef.name == $0.name })
    }

    @Test("a role may all that the one below it may, and none may change what keeps the project in its bounds")
    func ladder() {
        func grants(_ role: ProjectRole) -> Set<String> {
            var grants: Set<String> = []
            for rule in ProjectRules.rules(of: role) {
                for verb in rule.verbs {
                    for resource in rule.resources { grants.insert("\(verb) \(rule.apiGroups[0])/\(resource)") }
                }
            }
            return grants
        }
        let ladder = [ProjectRole.viewer, .developer, .manager, .owner].map(grants)
        for (lower, higher) in zip(ladder, ladder.dropFirst()) { #expect(lower.isSubset(of: higher)) }
        #expect(!ladder[0].contains { $0.contains("secrets") || $0.contains("exec") })
        let bounds = ["resourcequotas", "limitranges", "networkpolicies", "roles", "rolebindings"]
        for grant in ladder[3] where !grant.hasPrefix("get") && !grant.hasPrefix("list") && !grant.hasPrefix("watch") {
            #expect(!bounds.contains { grant.hasSuffix("/\($0)") }, "\(grant)")
            #expect(!grant.contains("*"), "\(grant)")
        }
    }

    @Test("a quota for processors brings an answer for pods that do not say what they ask for")
    func quota() throws {
        let none = try children()
        #expect(all(ResourceQuota.self, none).isEmpty)
        #expect(all(ClawModels.LimitRange.self, none).isEmpty)
        let some = try children { $0.spec.quota = ["requests.cpu": "4", "limits.memory": "8Gi", "pods": "20"] }
        #expect(all(ResourceQuota.self, some).first?.spec?.hard == ["requests.cpu": "4", "limits.memory": "8Gi", "pods": "20"])
        let defaults = try #require(all(ClawModels.LimitRange.self, some).first?.spec?.limits.first)
        #expect(defaults.defaultRequest == ["cpu": "100m"])
        #expect(defaults.default == ["memory": "1Gi"])
        let own = try children {
            $0.spec.quota = ["requests.cpu": "4"]
            $0.spec.containerDefaults = ContainerDefaults(requests: ["cpu": "2"])
        }
        #expect(all(ClawModels.LimitRange.self, own).first?.spec?.limits.first?.defaultRequest == ["cpu": "2"])
    }

    @Test("its pods talk to nobody but whom it names")
    func network() throws {
        let policies = all(NetworkPolicy.self, try children())
        let deny = try #require(policies.first { $0.name == "clawkit-default-deny" })
        #expect(deny.document["spec"]?["podSelector"] == [:])
        #expect(deny.spec?.policyTypes == ["Ingress", "Egress"])
        #expect(deny.document["spec"]?["ingress"] == nil && deny.document["spec"]?["egress"] == nil)
        let own = try #require(policies.first { $0.name == "clawkit-allow-project" })
        #expect(own.document["spec"]?["ingress"] == [["from": [["podSelector": [:]]]]])
        let internet = try #require(policies.first { $0.name == "clawkit-allow-internet" })
        let blocks = internet.spec?.egress.flatMap(\.to).compactMap(\.ipBlock) ?? []
        #expect(blocks.first { $0.cidr == "0.0.0.0/0" }?.except.contains("169.254.0.0/16") == true)
        // Somebody's ingress controller may come in, and nothing goes further than the platform.
        let closed = all(
            NetworkPolicy.self,
            try children { $0.spec.network = ProjectNetwork(egress: .platform, ingressFrom: ["traefik"]) })
        #expect(!closed.contains { $0.name == "clawkit-allow-internet" })
        #expect(closed.contains { $0.name == "clawkit-allow-ingress" })
        #expect(all(NetworkPolicy.self, try children { $0.spec.network = ProjectNetwork(isolation: .open) }).isEmpty)
    }

    @Test("images are pulled with the secrets that are marked for it")
    func pullSecrets() throws {
        let account = try #require(all(ServiceAccount.self, try children(secrets: ["b", "a"])).first)
        #expect(account.imagePullSecrets.map(\.name) == ["a", "b"])
        #expect(account.automountServiceAccountToken == false)
    }

    // MARK: in a cluster

    @Test("all of it stands in the namespace, follows the project, and goes with it")
    func made() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let client = platform.cluster.client
            let settings: JSON = [
                "displayName": "Demonstration", "quota": ["requests.cpu": "4", "pods": 20], "security": "restricted",
                "network": ["egress": "platform"],
            ]
            let changed = await platform.call(.patch, "/api/v1/projects/demo", settings)
            #expect(changed.status == .ok, "\(changed.text)")
            #expect(changed.json["quota"] == ["requests.cpu": "4", "pods": 20])
            try await eventually("the quota is there") {
                try await client.find(ResourceQuota.self, "project", in: "demo")?.spec?.hard["pods"] == "20"
            }
            try await eventually("the internet is out of reach") {
                try await client.find(NetworkPolicy.self, "clawkit-allow-internet", in: "demo") == nil
            }
            let namespace = try await client.get(Namespace.self, "demo")
            #expect(namespace.labels["pod-security.kubernetes.io/enforce"] == "restricted")
            // Pods that would be more than the project is allowed to be are refused by the cluster itself.
            let bare = Pod(
                metadata: ObjectMeta(name: "bare", namespace: "demo"),
                spec: PodSpec(containers: [Container(name: "a", image: "a")]))
            let refusal = await #expect(throws: KubernetesError.self) { try await client.create(bare) }
            #expect(refusal?.message.contains("violates PodSecurity") == true, "\(String(describing: refusal))")
            // What somebody changes by hand is put back.
            try await client.delete(NetworkPolicy.self, "clawkit-default-deny", in: "demo")
            try await eventually("the policy is back") {
                try await client.find(NetworkPolicy.self, "clawkit-default-deny", in: "demo") != nil
            }
            _ = await platform.call(.delete, "/api/v1/projects/demo")
            try await eventually("all is gone") { try await client.find(Namespace.self, "demo") == nil }
        }
    }

    @Test("a namespace that bears the project's labels is adopted, with what is in it")
    func adopted() async throws {
        let prepare: @Sendable (EmbeddedCluster) async throws -> Void = { cluster in
            let labels = ["app.kubernetes.io/managed-by": "clawkit", "clawkit.dev/project": "kept"]
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "kept", labels: labels)))
            _ = try await cluster.client.create(ConfigMap(metadata: ObjectMeta(name: "old", namespace: "kept")))
        }
        try await withPlatform(prepare: prepare) { platform in
            let client = platform.cluster.client
            let project = try await client.create(Project(name: "kept", tenant: "acme"))
            try await eventually("the project is ready") {
                try await client.get(Project.self, "kept").conditions.first { $0.type == "Ready" }?.status == "True"
            }
            let namespace = try await client.get(Namespace.self, "kept")
            #expect(namespace.metadata.ownerReferences.first?.uid == project.uid)
            #expect(try await client.find(ConfigMap.self, "old", in: "kept") != nil)
        }
    }

    @Test("only administrators say how much a project may have; what is no amount is refused with its place")
    func rights() async throws {
        try await withPlatform { platform in
            let users = try await platform.prepareDemo([("ada", "owner")])
            let ada = try #require(users["ada"])
            let refused = await platform.call(.patch, "/api/v1/projects/demo", ["quota": ["pods": "1000"]], as: ada)
            #expect(refused.status == .forbidden)
            #expect(refused.json["field"] == "quota")
            let named = await platform.call(.patch, "/api/v1/projects/demo", ["displayName": "Ours"], as: ada)
            #expect(named.json["displayName"] == "Ours")
            let wrong = await platform.call(.patch, "/api/v1/projects/demo", ["quota": ["pods": "many"]])
            #expect(wrong.status == .badRequest)
            #expect(wrong.json["field"] == "quota.pods")
            let unknown = await platform.call(.patch, "/api/v1/projects/demo", ["network": ["egres": "none"]])
            #expect(unknown.json["field"] == "network.egres", "\(unknown.text)")
        }
    }
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("Policies over HTTP and in the cluster")
struct PolicyRouteTests {
    private func set(_ platform: TestPlatform, _ name: String, _ rules: JSON) async throws {
        let answer = await platform.call(.put, "/api/v1/policies/\(name)", ["rules": rules])
        #expect(answer.status == .ok, "\(answer.text)")
    }

    private func pod(_ name: String, _ image: String, limits: [String: Quantity] = [:]) -> Pod {
        Pod(
            metadata: ObjectMeta(name: name, namespace: "demo"),
            spec: PodSpec(
                containers: [
                    Container(name: "a", image: image, resources: ResourceRequirements(limits: limits))
                ]))
    }

    @Test("a layer is set within what those above allow; anything wider is refused by its rule's name")
    func layers() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "developer")])
            try await set(platform, "platform", ["images": ["registries": ["ghcr.io"]], "security": "baseline"])
            try await set(platform, "tenant.acme", ["images": ["registries": ["ghcr.io/acme"]]])
            let wider = await platform.call(
                .put, "/api/v1/policies/project.demo", ["rules": ["images": ["registries": ["docker.io"]]]],
                as: tokens["ada"])
            #expect(wider.status == .unprocessableContent)
            #expect(wider.code == "E_POLICY_WIDENS")
            #expect(wider.json["details"]?["rule"] == "images.registries")
            let unknown = await platform.call(
                .put, "/api/v1/policies/project.demo", ["rules": ["images": ["registry": ["ghcr.io/acme"]]]],
                as: tokens["ada"])
            #expect(unknown.code == "E_POLICY_UNKNOWN")
            let own = await platform.call(
                .put, "/api/v1/policies/project.demo", ["rules": ["images": ["registries": ["ghcr.io/acme/demo"]]]],
                as: tokens["ada"])
            #expect(own.status == .ok, "\(own.text)")
            try await set(platform, "user.demo.bob", ["tools": [["name": "shell", "verdict": "deny"]]])

            let effective = await platform.call(.get, "/api/v1/projects/demo/policy?user=bob", as: tokens["bob"])
            #expect(
                effective.json["rules"] == [
                    "images": ["registries": ["ghcr.io/acme/demo"]], "security": "baseline",
                    "tools": [["name": "shell", "verdict": "deny"]],
                ], "\(effective.text)")
            #expect(effective.json["sources"]?.array?.contains(["rule": "tools", "layer": "user.demo.bob"]) == true)
            // Others' layers, and the layers above, are not everybody's.
            for (method, path, user) in [
                (HTTPRequest.Method.get, "policies/tenant.acme", "ada"), (.put, "policies/project.demo", "bob"),
                (.get, "policies", "ada"), (.get, "policies/user.demo.ada", "bob"),
                (.get, "projects/demo/policy?user=ada", "bob"),
            ] {
                let body: JSON? = method == .put ? ["rules": [:]] : nil
                let answer = await platform.call(method, "/api/v1/\(path)", body, as: tokens[user])
                #expect(answer.status == .forbidden, "\(method) \(path): \(answer.text)")
            }
            let client = platform.cluster.client
            try await eventually("the cluster has what holds") {
                try await client.find(EffectivePolicy.self, "user.bob", in: "demo")?.spec.sources.count == 5
            }
            let gone = await platform.call(.delete, "/api/v1/policies/user.demo.bob")
            #expect(gone.status == .noContent)
            try await eventually("the cluster has it no more") {
                try await client.find(EffectivePolicy.self, "user.bob", in: "demo") == nil
            }
        }
    }

    @Test("what kubectl applies wider has no effect, and says so")
    func status() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let client = platform.cluster.client
            try await set(platform, "platform", ["security": "restricted"])
            let wide = PolicySpec(document: ["security": "privileged"])
            _ = try await client.create(Policy(name: "tenant.acme", spec: wide))
            func said() async throws -> Condition? {
                try await client.get(Policy.self, "tenant.acme").status.conditions.first
            }
            try await eventually("it is told that it widens") { try await said()?.reason == "Widens" }
            #expect(try await said()?.message.contains("privileged") == true)
            try await eventually("the namespace is as the platform says") {
                try await client.get(Namespace.self, "demo").labels["pod-security.kubernetes.io/enforce"] == "restricted"
            }
            // Once the platform allows more, it counts.
            try await set(platform, "platform", ["security": "privileged"])
            try await eventually("it counts") { try await said()?.status == "True" }
            let refusal = await #expect(throws: KubernetesError.self) { try await client.create(Policy(name: "nobody")) }
            #expect(refusal?.message.contains("name whom the policy binds") == true)
        }
    }

    @Test("the cluster itself refuses pods and volumes beyond what holds, by the rule's name")
    func admission() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let client = platform.cluster.client
            try await set(
                platform, "tenant.acme",
                [
                    "images": ["registries": ["ghcr.io/acme"]], "containers": ["limits": ["cpu": "2"]],
                    "volumes": ["size": "1Gi"],
                ])
            try await set(platform, "user.demo.ada", ["images": ["digests": "Required"]])
            try await eventually("it is enforced") {
                do {
                    _ = try await client.dryRun.create(pod("wrong", "nginx"))
                    return false
                } catch let error as KubernetesError where error.isForbidden { return true }
            }
            func refusal(_ pod: Pod) async -> String {
                do {
                    _ = try await client.dryRun.create(pod)
                    return ""
                } catch { return "\(error)" }
            }
            for image in ["nginx", "ghcr.io/acmeevil/x", "ghcr.io:5000/acme/x"] {
                #expect(await refusal(pod("a", image)).contains("E_POLICY (images.registries)"), "\(image)")
            }
            let greedy = pod("a", "ghcr.io/acme/x", limits: ["cpu": "2001m"])
            #expect(await refusal(greedy).contains("E_POLICY (containers.limits)"))
            // Who asks for nothing gets what is allowed.
            let plain = try await client.create(pod("plain", "ghcr.io/acme/x:1"))
            #expect(plain.spec?.containers.first?.resources?.limits["cpu"] == "2")
            var adas = pod("adas", "ghcr.io/acme/x:1")
            adas.labels["clawkit.dev/user"] = "ada"
            #expect(await refusal(adas).contains("E_POLICY (images.digests)"))
            adas.labels["clawkit.dev/user"] = "bob"
            #expect(await refusal(adas) == "")
            let claim = PersistentVolumeClaim(
                metadata: ObjectMeta(name: "large", namespace: "demo"),
                spec: PersistentVolumeClaimSpec(
                    accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": "2Gi"])))
            let large = await #expect(throws: KubernetesError.self) { try await client.create(claim) }
            #expect(large?.message.contains("E_POLICY (volumes.size)") == true)
            // Another project is another matter.
            var other = pod("free", "nginx")
            other.metadata.namespace = "default"
            #expect(await refusal(other) == "")
        }
    }

    @Test("a project's settings and runtimes stay within it too")
    func controlPlane() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo()
            try await set(
                platform, "tenant.acme",
                [
                    "network": ["egress": "platform"], "images": ["registries": ["ghcr.io"]],
                    "models": ["names": ["gpt-*"], "budgets": [["window": "month", "cost": "12.50"]]],
                ])
            let open = await platform.call(.patch, "/api/v1/projects/demo", ["network": ["egress": "internet"]])
            #expect(open.code == "E_POLICY" && open.json["field"] == "network.egress", "\(open.text)")
            try await eventually("its network is as the tenant's") {
                try await platform.cluster.client.find(
                    NetworkPolicy.self, "clawkit-allow-internet", in: "demo") == nil
            }
            try await eventually("the budget is a limit") {
                try await platform.store.limits(of: .tenant("acme")).map(\.record.limits) == [[.cost: 12_500_000_000]]
            }
            let settings = RuntimeContext(
                templates: [.standard], models: ["gpt-4"], gatewayURL: "http://g", publicURL: "http://p")
            try await PlatformSettings.publish(settings, in: platform.cluster.client)
            let runtime = await platform.call(
                .post, "/api/v1/projects/demo/runtimes", ["name": "agent"], as: tokens["ada"])
            #expect(runtime.code == "E_POLICY" && runtime.text.contains("tenant.acme"), "\(runtime.text)")
            let gone = await platform.call(.delete, "/api/v1/policies/tenant.acme")
            #expect(gone.status == .noContent)
            try await eventually("the limit goes with the policy") {
                try await platform.store.limits(of: .tenant("acme")).isEmpty
            }
        }
    }
}

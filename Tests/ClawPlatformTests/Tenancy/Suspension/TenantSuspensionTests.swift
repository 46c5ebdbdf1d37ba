import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import Testing

@testable import ClawPlatform

@Suite("A tenant as a whole")
struct TenantSuspensionTests {
    private static let labels = ["app": "a"]
    private static var template: PodTemplateSpec {
        PodTemplateSpec(
            metadata: ObjectMeta(labels: labels), spec: PodSpec(containers: [Container(name: "a", image: "a")]))
    }
    private static func metadata(_ name: String) -> ObjectMeta { ObjectMeta(name: name, namespace: "demo") }

    /// One of everything, in states that must come back.
    private func fill(_ client: KubernetesClient) async throws {
        let selector = LabelSelector(matchLabels: Self.labels)
        _ = try await client.create(
            Deployment(
                metadata: Self.metadata("web"),
                spec: DeploymentSpec(selector: selector, template: Self.template, replicas: 3)))
        _ = try await client.create(
            Deployment(
                metadata: Self.metadata("off"),
                spec: DeploymentSpec(selector: selector, template: Self.template, replicas: 0)))
        _ = try await client.create(
            StatefulSet(
                metadata: Self.metadata("db"),
                spec: StatefulSetSpec(selector: selector, template: Self.template, replicas: 2, serviceName: "db")))
        var job = Self.template
        job.spec?.restartPolicy = "Never"
        let jobs = JobTemplateSpec(spec: JobSpec(template: job))
        for (name, suspend) in [("nightly", nil), ("paused", true)] as [(String, Bool?)] {
            _ = try await client.create(
                CronJob(
                    metadata: Self.metadata(name),
                    spec: CronJobSpec(jobTemplate: jobs, schedule: "0 3 * * *", suspend: suspend)))
        }
        _ = try await client.create(Job(metadata: Self.metadata("import"), spec: JobSpec(template: job)))
        let rule = IngressRule(host: "a.test")
        for (name, kind) in [("classed", "nginx"), ("plain", nil)] as [(String, String?)] {
            _ = try await client.create(
                Ingress(metadata: Self.metadata(name), spec: IngressSpec(ingressClassName: kind, rules: [rule])))
        }
        _ = try await client.create(
            Pod(
                metadata: ObjectMeta(name: "bare", namespace: "demo", labels: ["mine": "yes"]),
                spec: PodSpec(
                    containers: [Container(name: "a", image: "a", env: [EnvVar(name: "PASSWORD", value: "s3cret")])])))
        for (name, state) in [("ada", RuntimeSpec.DesiredState.running), ("bob", .stopped)] {
            _ = try await client.create(
                Runtime(metadata: Self.metadata(name), spec: RuntimeSpec(user: name, desiredState: state)))
        }
        try await eventually("controllers have written what they write") {
            try await client.list(Deployment.self, in: "demo").items.allSatisfy { !$0.annotations.isEmpty }
        }
    }

    /// What people wrote of everything that is there.
    private func wishes(_ client: KubernetesClient) async throws -> [String: JSON] {
        var wishes: [String: JSON] = [:]
        for kind in SuspendableKind.all {
            for object in try await client.list(DynamicObject.self, of: kind.type, in: "demo").items
            where object.metadata.controllerReference == nil {
                let annotations = JSON.object(
                    JSONObject(object.annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
                wishes["\(kind.name)/\(object.name)"] = [
                    "spec": object.document["spec"] ?? .null, "annotations": annotations,
                ]
            }
        }
        for pod in try await client.list(Pod.self, in: "demo").items where pod.metadata.controllerReference == nil {
            wishes["pods/\(pod.name)"] = [
                "containers": pod.document["spec"]?["containers"] ?? .null,
                "labels": pod.document["metadata"]?["labels"] ?? .null,
            ]
        }
        return wishes
    }

    private func done(_ platform: TestPlatform, _ answer: Answer) async throws -> JSON {
        #expect(answer.status == .accepted, "\(answer.text)")
        let end = try await platform.end(of: answer)
        #expect(end["state"] == "succeeded", "\(end)")
        return end
    }

    @Test("suspended, nothing of it runs or starts; resumed, everything is as it was")
    func roundTrip() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo()
            let client = platform.cluster.client
            try await fill(client)
            let before = try await wishes(client)
            #expect(before.count == 11)
            _ = try await done(platform, await platform.call(.post, "/api/v1/tenants/acme/suspend"))

            #expect(await platform.call(.get, "/api/v1/tenants/acme").json["suspended"] == true)
            #expect(try await client.list(Pod.self, in: "demo").items.isEmpty)
            #expect(try await client.get(Deployment.self, "web", in: "demo").spec?.replicas == 0)
            #expect(try await client.get(CronJob.self, "nightly", in: "demo").spec.suspend == true)
            let ingress = try await client.get(Ingress.self, "classed", in: "demo")
            #expect(ingress.spec?.ingressClassName == "clawkit-paused")
            #expect(try await client.get(Runtime.self, "ada", in: "demo").spec.desiredState == .suspended)
            #expect(try await client.get(Runtime.self, "bob", in: "demo").spec.desiredState == .stopped)
            let start = await platform.call(
                .post, "/api/v1/projects/demo/runtimes", ["name": "new"], as: tokens["ada"])
            #expect(start.code == "E_TENANT_SUSPENDED", "\(start.text)")
            let project = await platform.call(.post, "/api/v1/projects", ["name": "other", "tenant": "acme"])
            #expect(project.code == "E_TENANT_SUSPENDED")
            let pod = Pod(metadata: Self.metadata("new"), spec: PodSpec(containers: [Container(name: "a", image: "a")]))
            await #expect(throws: KubernetesError.self) { try await client.create(pod) }
            // Said twice it is done once.
            _ = try await done(platform, await platform.call(.post, "/api/v1/tenants/acme/suspend"))

            _ = try await done(platform, await platform.call(.post, "/api/v1/tenants/acme/resume"))
            let after = try await wishes(client)
            for (name, wish) in before { #expect(after[name] == wish, "\(name)") }
            #expect(after.count == before.count)
            #expect(try await client.find(KubernetesSecret.self, BarePods.secret, in: "demo") == nil)
            #expect(try await client.find(ResourceQuota.self, TenantSuspension.seal, in: "demo") == nil)
            #expect(await platform.call(.get, "/api/v1/tenants/acme").json["suspended"] == nil)
        }
    }

    @Test("what somebody changes meanwhile stays as they want it")
    func changedMeanwhile() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let client = platform.cluster.client
            try await fill(client)
            _ = try await done(platform, await platform.call(.post, "/api/v1/tenants/acme/suspend"))
            _ = try await client.edit(Deployment.self, "web", in: "demo") { $0.spec?.replicas = 5 }
            try await client.delete(StatefulSet.self, "db", in: "demo")
            _ = try await done(platform, await platform.call(.post, "/api/v1/tenants/acme/resume"))
            let web = try await client.get(Deployment.self, "web", in: "demo")
            #expect(web.spec?.replicas == 5)
            #expect(web.annotations[ObjectSuspension.annotation] == nil)
            #expect(try await client.find(StatefulSet.self, "db", in: "demo") == nil)
        }
    }

    @Test("cancelled on the way, it goes all the way back")
    func cancelled() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let client = platform.cluster.client
            try await fill(client)
            let before = try await wishes(client)
            // Its program does not end, so that the suspension waits at its last step.
            let held = Pod(
                metadata: ObjectMeta(name: "held", namespace: "demo", finalizers: ["test.dev/held"]),
                spec: PodSpec(containers: [Container(name: "a", image: "a")]))
            _ = try await client.create(held)
            let begun = await platform.call(.post, "/api/v1/tenants/acme/suspend")
            let id = try #require(begun.json["operation"]?["id"]?.string)
            try await eventually("the bare pods are on their way") {
                try await client.find(Pod.self, "bare", in: "demo") == nil
            }
            let cancelled = await platform.call(.post, "/api/v1/operations/\(id)/cancel")
            #expect(cancelled.status == .accepted, "\(cancelled.text)")
            _ = try await client.edit(Pod.self, "held", in: "demo") { $0.metadata.finalizers = [] }
            #expect(try await platform.end(of: id)["state"] == "cancelled")
            var after = try await wishes(client)
            after["pods/held"] = nil
            for (name, wish) in before { #expect(after[name] == wish, "\(name)") }
            #expect(after.count == before.count)
            #expect(await platform.call(.get, "/api/v1/tenants/acme").json["suspended"] == nil)
        }
    }

    @Test("deleted with a time of grace it can be taken back; after that it goes with all it has")
    func deletion() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let client = platform.cluster.client
            try await fill(client)
            let path = "/api/v1/tenants/acme"
            _ = try await done(platform, await platform.call(.delete, "\(path)?graceSeconds=86400"))
            let shown = await platform.call(.get, path).json
            #expect(shown["suspended"] == true && shown["deletedAfter"] != nil)
            _ = try await done(platform, await platform.call(.post, "\(path)/resume"))
            #expect(await platform.call(.get, path).json["deletedAfter"] == nil)
            #expect(try await client.get(Deployment.self, "web", in: "demo").spec?.replicas == 3)

            _ = try await done(platform, await platform.call(.delete, "\(path)?graceSeconds=0"))
            try await eventually("it is gone") { await platform.call(.get, path).status == .notFound }
            #expect(try await client.find(Project.self, "demo") == nil)
            #expect(await platform.call(.delete, "\(path)?graceSeconds=soon").status == .notFound)
        }
    }
}

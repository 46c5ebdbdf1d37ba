import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import IntegrationTesting
import Synchronization
import Testing

@Suite("The client against a cluster: writing", .timeLimit(.minutes(10)))
struct IntegrationWritingTests {
    @Test("the four kinds of patches do what they say", arguments: IntegrationTarget.all)
    func patches(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            let created = try await client.create(cluster.deployment("web"))
            let first = try await client.patch(
                Deployment.self, "web",
                .json([.test("/spec/replicas", 0), .add(["metadata", "annotations"], ["example.com/a": "1"])]))
            #expect(first.annotations["example.com/a"] == "1")
            let second = try await client.patch(
                Deployment.self, "web",
                .merge(["metadata": ["annotations": ["example.com/a": nil, "example.com/b": "2"]]]))
            #expect(second.annotations["example.com/a"] == nil && second.annotations["example.com/b"] == "2")
            // By the containers' names: the first stays.
            let third = try await client.patch(
                Deployment.self, "web",
                .strategic([
                    "spec": [
                        "template": ["spec": ["containers": [["name": "side", "image": "registry.k8s.io/pause:3.9"]]]]
                    ]
                ]))
            #expect(Set((third.spec?.template.spec?.containers ?? []).map(\.name)) == ["main", "side"])
            var wanted = Deployment(metadata: ObjectMeta(name: "web", namespace: cluster.namespace))
            wanted.metadata.labels = ["applied": "yes"]
            wanted.document["spec"] = nil
            let fourth = try await client.apply(wanted, manager: "ours")
            #expect(fourth.labels["applied"] == "yes" && fourth.uid == created.uid)
            let failed = try await #require(throws: KubernetesError.self) {
                try await client.patch(Deployment.self, "web", .json([.test("/spec/replicas", 7)]))
            }
            #expect(failed.isInvalid)
            let stale = try await #require(throws: KubernetesError.self) {
                try await client.patch(
                    Deployment.self, "web",
                    .merge(["metadata": ["labels": ["x": "y"]]]).onlyIf(resourceVersion: created.resourceVersion))
            }
            #expect(stale.isConflict)
        }
    }

    @Test(
        "apply tells who owns a field, and takes it by force; it says what it changed", arguments: IntegrationTarget.all
    )
    func apply(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let (ours, theirs) = (cluster.client.fieldManager("ours"), cluster.client.fieldManager("theirs"))
            #expect(try await ours.applyReportingChanges(cluster.map("a", ["k": "1"])).change == .created)
            #expect(try await ours.applyReportingChanges(cluster.map("a", ["k": "1"])).change == .unchanged)
            #expect(
                try await ours.applyReportingChanges(cluster.map("a", ["k": "2"])).change
                    == .changed(fields: ["data.k"]))
            let error = try await #require(throws: KubernetesError.self) {
                try await theirs.apply(cluster.map("a", ["k": "3"]))
            }
            #expect(error.applyConflicts == [ApplyConflict(field: ".data.k", manager: "ours")])
            #expect(try await theirs.apply(cluster.map("a", ["k": "3"]), force: true).data == ["k": "3"])
            // What one no longer applies, and nobody else owns, goes.
            #expect(try await theirs.apply(cluster.map("a"), force: true).data.isEmpty)
        }
    }

    @Test("the status is written by itself, and what one may use, too", arguments: IntegrationTarget.all)
    func status(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            await cluster.waitForAccount()
            _ = try await client.create(cluster.pod("web"))
            let condition: JSON = ["type": "example.com/Checked", "status": "True"]
            let patched = try await client.patch(
                Pod.self, "web", subresource: "status",
                .strategic(["status": ["conditions": [condition]], "spec": ["activeDeadlineSeconds": 5]]))
            #expect(patched.status?.conditions.contains { $0.type == "example.com/Checked" } == true)
            #expect(patched.spec?.activeDeadlineSeconds == nil)
            #expect(try await client.get(Pod.self, "web", subresource: "status").uid == patched.uid)
        }
    }

    @Test("a scale is read and set, and nothing else changes", arguments: IntegrationTarget.all)
    func scale(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            let created = try await client.create(cluster.deployment("web"))
            #expect(try await client.scale(Deployment.self, "web").spec?.replicas ?? 0 == 0)
            #expect(try await client.scale(Deployment.self, "web", to: 3).spec?.replicas == 3)
            let now = try await client.get(Deployment.self, "web")
            #expect(now.spec?.replicas == 3 && now.spec?.template == created.spec?.template)
            let scale = try await client.scale(Deployment.self, "web")
            #expect(scale.status?.selector == "app=web")
            let error = try await #require(throws: KubernetesError.self) {
                try await client.scale(Deployment.self, "web", to: -1)
            }
            #expect(error.isInvalid)
            let absent = try await #require(throws: KubernetesError.self) {
                try await client.scale(Deployment.self, "absent", to: 1)
            }
            #expect(absent.isNotFound)
        }
    }

    @Test("a collection is deleted as far as the selection goes", arguments: IntegrationTarget.all)
    func deleteCollection(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            for name in ["a", "b", "c"] {
                _ = try await client.create(cluster.map(name, labels: ["set": name == "c" ? "kept" : "gone"]))
            }
            let deleted = try await client.deleteCollection(
                ConfigMap.self, matching: Selection(labels: ["set": "gone"]))
            #expect(deleted.isEmpty || deleted.count == 2)
            #expect(
                try await client.list(ConfigMap.self, matching: Selection(.exists("set"))).items.map(\.name) == ["c"])
        }
    }

    @Test("a dry run answers as if, and keeps nothing", arguments: IntegrationTarget.all)
    func dryRun(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let (client, dry) = (cluster.client, cluster.client.dryRun)
            #expect(try await dry.create(cluster.map("a")).uid != nil)
            #expect(try await client.find(ConfigMap.self, "a") == nil)
            _ = try await client.create(cluster.map("a", ["k": "1"]))
            #expect(try await dry.mergePatch(ConfigMap.self, "a", ["data": ["k": "2"]]).data == ["k": "2"])
            try await dry.delete(ConfigMap.self, "a")
            #expect(try await client.get(ConfigMap.self, "a").data == ["k": "1"])
        }
    }

    @Test("a field nobody knows is warned of, refused or passed over, as asked for", arguments: IntegrationTarget.all)
    func validation(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let heard = Mutex<[String]>([])
            let client = cluster.client.onWarning { warning in heard.withLock { $0.append(warning.text) } }
            var odd = cluster.map("odd")
            odd.document["novel"] = 1
            let strict = try await #require(throws: KubernetesError.self) {
                try await client.fieldValidation(.strict).create(odd)
            }
            #expect(strict.code == 400 && strict.message.contains("novel"))
            let quiet = try await client.fieldValidation(.ignore).create(odd)
            #expect(heard.withLock { $0.isEmpty } && quiet.document["novel"] == nil)
            odd.metadata.name = "odder"
            _ = try await client.fieldValidation(.warn).create(odd)
            #expect(heard.withLock { $0 }.contains { $0.contains("novel") })
        }
    }

    @Test("manifests are applied as a set, and what is no longer in it is pruned", arguments: IntegrationTarget.all)
    func manifests(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            var options = ManifestApplier.Options()
            options.namespace = cluster.namespace
            let applier = ManifestApplier(cluster.cluster, options: options)
            let set = ApplySet(secret: "shop", in: cluster.namespace)
            func objects(_ names: String...) throws -> [ManifestObject] {
                try names.flatMap { try Manifest.objects(in: ManifestFixture.map($0)) }
            }
            #expect(try await applier.apply(try objects("foreign")).map(\.outcome) == [.created])
            #expect(try await applier.apply(try objects("a", "b"), as: set).map(\.outcome) == [.created, .created])
            let second = try await applier.apply(try objects("a"), as: set)
            #expect(second.map(\.description) == ["configmap/a unchanged", "configmap/b pruned"])
            #expect(try await cluster.client.find(ConfigMap.self, "b") == nil)
            #expect(try await cluster.client.find(ConfigMap.self, "foreign") != nil)
        }
    }

    @Test(
        "an ephemeral container is added to a pod once; what a container may use is changed",
        arguments: IntegrationTarget.all)
    func podSubresources(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            await cluster.waitForAccount()
            var wanted = cluster.pod("web")
            wanted.spec?.containers[0].resources = ResourceRequirements(requests: ["cpu": "100m"])
            _ = try await client.create(wanted)
            let debugged = try await client.addEphemeralContainer(
                EphemeralContainer(name: "look", image: "busybox:1.36"), to: "web")
            #expect(debugged.spec?.ephemeralContainers.map(\.name) == ["look"])
            let changed = try await #require(throws: KubernetesError.self) {
                try await client.addEphemeralContainer(EphemeralContainer(name: "look", image: "other"), to: "web")
            }
            #expect(changed.isInvalid)
            let taken = try await #require(throws: KubernetesError.self) {
                try await client.addEphemeralContainer(
                    EphemeralContainer(name: "main", image: "busybox:1.36"), to: "web")
            }
            #expect(taken.isInvalid)
            // Real clusters resize only what runs.
            if target.isEmbedded {
                let resized = try await client.resize("web", container: "main", requests: ["cpu": "200m"])
                #expect(resized.spec?.containers.first?.resources?.requests["cpu"] == "200m")
                #expect(resized.spec?.containers.first?.image == "registry.k8s.io/pause:3.10")
            }
        }
    }

    /// `openssl req -new` for `/O=testers/CN=clawkit-test`, in PEM and that in Base64.
    private static let certificateRequest =
        """
        LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIbE1JR0xBZ0VBTUNreEVEQU9CZ05WQkFvTUIzUmxjM1Js\
        Y25NeEZUQVRCZ05WQkFNTURHTnNZWGRyYVhRdApkR1Z6ZERCWk1CTUdCeXFHU000OUFnRUdDQ3FHU000OUF3RUhBMElBQk5P\
        RnZwOVk2Z3YrNHNNSThXNXZQSWwzCm1OM1FUZXU5c0xaRnRuWVlNbGxCTXIyV2lDVlYyRW8yM3h3K3ZLazgvWldndFl2REZB\
        aTFYWlliOWsvVDdVeWcKQURBS0JnZ3Foa2pPUFFRREFnTkpBREJHQWlFQWtEcENXdUZreHQ3R1pxeUU4SisvTlZURFVRN0Ru\
        ME5FSVlzbQp0NjJ4c1I4Q0lRRGJQZzlSOXg4enlZcHNpMFg4UHhjOTJQYmlRRUdreWE2REdiV2dmbGZEdWc9PQotLS0tLUVO\
        RCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K
        """

    @Test("a request for a certificate is approved by its own path", arguments: IntegrationTarget.all)
    func approval(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.cluster
            guard target.isEmbedded else { return }
            let name = "request-\(cluster.namespace)"
            _ = try await client.create(
                CertificateSigningRequest(
                    metadata: ObjectMeta(name: name),
                    spec: CertificateSigningRequestSpec(
                        request: Self.certificateRequest, signerName: "example.com/signer", usages: ["client auth"])))
            let approved = try await client.approve(certificateRequest: name)
            #expect(approved.status?.conditions.map(\.type) == ["Approved"])
            #expect(try await client.get(CertificateSigningRequest.self, name).status?.conditions.count == 1)
            try await client.delete(CertificateSigningRequest.self, name)
        }
    }
}

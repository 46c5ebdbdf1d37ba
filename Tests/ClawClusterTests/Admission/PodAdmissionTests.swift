import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Admission: accounts, priorities, placement and storage")
struct PodAdmissionTests {
    private func spec(_ api: KubernetesClient, _ change: @Sendable (inout PodSpec) -> Void = { _ in }) async throws -> PodSpec {
        var spec = PodSpec(containers: [Container(name: "c", image: "x")])
        change(&spec)
        let made = try await api.create(Pod(metadata: ObjectMeta(generateName: "p-", namespace: "default"), spec: spec))
        return try #require(made.spec)
    }

    @Test("a pod made right after its namespace waits for the account the controllers make")
    func freshNamespace() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            _ = try await api.create(Namespace(metadata: ObjectMeta(name: "fresh")))
            let made = try await api.create(
                Pod(metadata: ObjectMeta(name: "p", namespace: "fresh"), spec: PodSpec(containers: [Container(name: "c", image: "x")])))
            #expect(made.spec?.serviceAccountName == "default")
            #expect(made.spec?.containers.first?.volumeMounts.map(\.mountPath) == ["/var/run/secrets/kubernetes.io/serviceaccount"])
        }
    }

    @Test("no token is mounted where pod or account say so, nor over a mount of the pod's own")
    func tokens() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            _ = try await api.create(
                ServiceAccount(
                    metadata: ObjectMeta(name: "quiet", namespace: "default"), automountServiceAccountToken: false,
                    imagePullSecrets: [LocalObjectReference(name: "pull")]))
            let quiet = try await spec(api) { $0.serviceAccountName = "quiet" }
            #expect(quiet.volumes.isEmpty)
            #expect(quiet.imagePullSecrets.map(\.name) == ["pull"])
            let loud = try await spec(api) {
                $0.serviceAccountName = "quiet"
                $0.automountServiceAccountToken = true
            }
            #expect(loud.volumes.count == 1)
            await #expect {
                try await spec(api) { $0.serviceAccountName = "ghost" }
            } throws: { ($0 as? KubernetesError)?.message.hasSuffix("serviceaccount \"ghost\" not found") == true }
        }
    }

    @Test("priority comes from the class; another number than its own is refused")
    func priority() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            _ = try await api.create(PriorityClass(metadata: ObjectMeta(name: "high"), value: 321, preemptionPolicy: "Never"))
            let made = try await spec(api) { $0.priorityClassName = "high" }
            #expect(made.priority == 321)
            #expect(made.preemptionPolicy == "Never")
            await #expect { try await spec(api) { $0.priority = 5 } } throws: { ($0 as? KubernetesError)?.isForbidden == true }
            _ = try await api.create(PriorityClass(metadata: ObjectMeta(name: "usual"), value: 7, globalDefault: true))
            let usual = try await spec(api)
            #expect(usual.priorityClassName == "usual")
            #expect(usual.priority == 7)
        }
    }

    @Test("a claim gets the default class and a finalizer that keeps it while in use")
    func claims() async throws {
        let cluster = try await EmbeddedCluster()
        let api = cluster.client
        _ = try await api.create(
            StorageClass(
                metadata: ObjectMeta(name: "fast", annotations: ["storageclass.kubernetes.io/is-default-class": "true"]),
                provisioner: "clawkit.dev/test"))
        let made = try await api.create(
            PersistentVolumeClaim(
                metadata: ObjectMeta(name: "data", namespace: "default"),
                spec: PersistentVolumeClaimSpec(
                    accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": "1Gi"]))))
        #expect(made.spec?.storageClassName == "fast")
        #expect(made.metadata.finalizers == ["kubernetes.io/pvc-protection"])
    }

    @Test("each plugin can be left out")
    func leftOut() async throws {
        var options = EmbeddedCluster.Options()
        options.admission.subtract([.priority, .serviceAccount, .defaultTolerationSeconds])
        let cluster = try await EmbeddedCluster(options)
        let made = try await spec(cluster.client)
        #expect(made.priority == nil)
        #expect(made.tolerations.isEmpty)
        #expect(made.volumes.isEmpty)
    }
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("What pods of pools are told of their users")
struct BundleRouteTests {
    private static let path = RuntimeBundle.path

    /// A pod of the pool `warm`, or of none.
    private static func pod(_ platform: TestPlatform, _ name: String, isPooled: Bool = true) async throws -> Pod {
        let api = platform.cluster.client
        if try await api.find(ServiceAccount.self, "agents", in: "demo") == nil {
            _ = try await api.create(ServiceAccount(metadata: ObjectMeta(name: "agents", namespace: "demo")))
        }
        var metadata = ObjectMeta(name: name, namespace: "demo")
        if isPooled {
            let pool = try await api.getOrCreate(
                RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(size: 1))).0
            metadata.labels[PoolMember.poolLabel] = "warm"
            metadata.ownerReferences = [OwnerReference(controlling: pool)]
        }
        var spec = PodSpec(containers: [Container(name: "runtime", image: "agent")])
        spec.serviceAccountName = "agents"
        return try await api.create(Pod(metadata: metadata, spec: spec))
    }

    private static func token(
        _ platform: TestPlatform, _ pod: Pod, for audience: String = RuntimeBundle.audience
    ) async throws -> Secret<String> {
        try await platform.cluster.client.requestToken(
            forServiceAccount: "agents", in: "demo", audiences: [audience],
            boundTo: BoundObjectReference(apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid)
        ).token
    }

    /// The pod becomes the runtime's, as by the orchestrator.
    private static func claim(_ platform: TestPlatform, _ pod: Pod, _ runtime: Runtime, cell: String) async throws {
        _ = try await platform.cluster.client.mergePatch(
            Pod.self, pod.name, in: "demo",
            [
                "metadata": [
                    "ownerReferences": [.object(OwnerReference(controlling: runtime).document)],
                    "annotations": [RuntimeCell.hashAnnotation: .string(cell)],
                ]
            ])
    }

    @Test("who names the revision that it has waits for another one")
    func revision() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            platform.runtimes.behave(.ignore)
            let api = platform.cluster.client
            let pod = try await Self.pod(platform, "warm-1")
            let token = try await Self.token(platform, pod)
            let runtime = try await Self.runtime(platform, "ada")
            try await Self.claim(platform, pod, runtime, cell: "c1")
            func data(_ revision: String) -> String {
                let bundle: JSON = ["cell": "c1", "environment": [:], "revision": .string(revision)]
                return Base64.encode(bundle.bytes())
            }
            var secret = KubernetesSecret(
                metadata: ObjectMeta(
                    name: "ada-runtime", namespace: "demo", ownerReferences: [OwnerReference(controlling: runtime)]))
            secret.data = [RuntimeBundle.key: data("r1")]
            _ = try await api.create(secret)
            #expect(await platform.call(.get, "\(Self.path)?wait=60", as: token).json["revision"] == "r1")
            #expect(await platform.call(.get, "\(Self.path)?wait=0&revision=r1", as: token).status == .noContent)
            async let waiting = platform.call(.get, "\(Self.path)?wait=60&revision=r1", as: token)
            _ = try await api.mergePatch(
                KubernetesSecret.self, "ada-runtime", in: "demo", ["data": [RuntimeBundle.key: .string(data("r2"))]])
            // As the orchestrator does it: the pod is marked when the Secret is the new one.
            _ = try await api.mergePatch(
                Pod.self, pod.name, in: "demo",
                ["metadata": ["annotations": [RuntimeCell.environmentAnnotation: "r2"]]])
            #expect(await waiting.json["revision"] == "r2")
        }
    }

    private static func deliver(_ platform: TestPlatform, _ runtime: Runtime, cell: String, _ name: String) async throws {
        let bundle: JSON = ["cell": .string(cell), "environment": ["WHO": .string(name)]]
        var secret = KubernetesSecret(
            metadata: ObjectMeta(
                name: "\(runtime.name)-runtime", namespace: "demo", ownerReferences: [OwnerReference(controlling: runtime)]))
        secret.data = [RuntimeBundle.key: Base64.encode(bundle.bytes())]
        _ = try await platform.cluster.client.create(secret)
    }

    private static func runtime(_ platform: TestPlatform, _ name: String) async throws -> Runtime {
        try await platform.cluster.client.create(
            Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: RuntimeSpec(user: name)))
    }

    @Test("a pod hears nothing until it is somebody's, then what is that user's, and again when it asks again")
    func told() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            platform.runtimes.behave(.ignore)
            let pod = try await Self.pod(platform, "warm-1")
            let token = try await Self.token(platform, pod)
            #expect(await platform.call(.get, "\(Self.path)?wait=0", as: token).status == .noContent)
            let runtime = try await Self.runtime(platform, "ada")
            async let waiting = platform.call(.get, "\(Self.path)?wait=60", as: token)
            try await Self.claim(platform, pod, runtime, cell: "c1")
            try await Self.deliver(platform, runtime, cell: "c1", "ada")
            let answer = await waiting
            #expect(answer.status == .ok, "\(answer.text)")
            #expect(answer.json["environment"]?["WHO"] == "ada")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(await platform.call(.get, "\(Self.path)?wait=60", as: token).text == answer.text)
            // What is another pod's stays with that one.
            let other = try await Self.pod(platform, "warm-2")
            let another = try await Self.token(platform, other)
            #expect(await platform.call(.get, "\(Self.path)?wait=0", as: another).status == .noContent)
        }
    }

    @Test("a bundle of an earlier pod, and one in somebody else's Secret, is given to nobody")
    func foreign() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            platform.runtimes.behave(.ignore)
            let pod = try await Self.pod(platform, "warm-1")
            let token = try await Self.token(platform, pod)
            let (ada, eve) = (try await Self.runtime(platform, "ada"), try await Self.runtime(platform, "eve"))
            try await Self.deliver(platform, ada, cell: "earlier", "ada")
            try await Self.claim(platform, pod, ada, cell: "c1")
            #expect(await platform.call(.get, "\(Self.path)?wait=0", as: token).status == .noContent)
            _ = try await platform.cluster.client.mergePatch(
                KubernetesSecret.self, "ada-runtime", in: "demo",
                [
                    "metadata": ["ownerReferences": [.object(OwnerReference(controlling: eve).document)]],
                    "data": [
                        RuntimeBundle.key: .string(Base64.encode((["cell": "c1", "environment": [:]] as JSON).bytes()))
                    ],
                ])
            #expect(await platform.call(.get, "\(Self.path)?wait=0", as: token).status == .noContent)
        }
    }

    @Test("whoever shows no token of a pod of a pool is refused")
    func refused() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            let (pooled, own) = (
                try await Self.pod(platform, "warm-1"), try await Self.pod(platform, "own", isPooled: false)
            )
            #expect(await platform.call(.get, Self.path, as: nil).status == .unauthorized)
            #expect(await platform.call(.get, Self.path, as: Secret("made.up.token")).status == .unauthorized)
            let wrong = try await Self.token(platform, pooled, for: "clawkit.dev/models")
            #expect(await platform.call(.get, Self.path, as: wrong).status == .unauthorized)
            let unbound = try await platform.cluster.client.requestToken(
                forServiceAccount: "agents", in: "demo", audiences: [RuntimeBundle.audience]).token
            #expect(await platform.call(.get, Self.path, as: unbound).status == .unauthorized)
            let foreign = try await Self.token(platform, own)
            try await eventually("it is refused") {
                await platform.call(.get, "\(Self.path)?wait=0", as: foreign).status == .forbidden
            }
            let token = try await Self.token(platform, pooled)
            #expect(await platform.call(.get, "\(Self.path)?wait=999", as: token).status == .badRequest)
        }
    }
}

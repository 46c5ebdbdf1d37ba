import ClawBase
import ClawCluster
import ClawControl
import ClawCustomResources
import ClawDocuments
import ClawHTTPServer
import ClawKubernetes
import ClawModels
import ClawWebhooks
import Logging
import Synchronization
import Testing

@Suite("What a cluster needs to run an operator")
struct OperatorManifestsTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// What was asked of the API server, as permissions name it.
    private final class Calls: Sendable {
        private let all = Mutex<Set<String>>([])
        var resources: Set<String> { all.withLock { $0 } }
        func note(_ request: APIRequest) {
            guard let target = request.target else { return }
            let name = target.type.plural + (target.subresource.map { "/\($0)" } ?? "")
            all.withLock { _ = $0.insert(name) }
        }
    }

    /// An operator with all there is: a managed kind, a clean-up, events, an election, a webhook.
    private struct BalloonOperator {
        let manager: ControllerManager
        let server: WebhookServer

        init(_ api: some KubernetesAPI, at address: WebhookAddress) throws {
            manager = ControllerManager(
                api, election: try LeaderElection(lease: "balloons", in: "sky", api: api), logger: logger)
            let events = manager.events(as: "toys.example/balloons")
            manager.add(
                Controller(
                    managing: BalloonKind(), manager: "balloons", caches: manager.caches, events: events, logger: logger
                ).finalizes(Balloon.self, "toys.example/air") { _, _ in .done })
            server = WebhookServer(
                api, at: address, secretNamespace: "sky",
                serving: [
                    AdmissionWebhook(for: Balloon.self) { request in
                        if request.object?.spec.size == 13 {
                            throw Finding(.badRequest, "It will burst; take 12.", field: "spec.size")
                        }
                        return []
                    }
                ])
        }

        func manifests() throws -> OperatorManifests {
            var manifests = OperatorManifests(
                "balloons", in: "sky", image: "registry.example/balloons:1", permissions: manager.permissions)
            manifests.define(Balloon.definition)
            try manifests.serve(server, port: 8443)
            return manifests
        }
    }

    @Test("with its account's rights alone an operator does all its work, and it has none that it does not use")
    func leastPrivilege() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let port = try await HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: Self.logger)
                .withServer(WebhookProbe()) { $0.port }
            let calls = Calls()
            let account = cluster.client.impersonating(user: "system:serviceaccount:sky:balloons")
            let api = ModifiedAPI(account) { calls.note($0) }
            let balloons = try BalloonOperator(api, at: .url("https://127.0.0.1:\(port)", name: "balloons"))
            let manifests = try balloons.manifests()
            let results = try await ManifestApplier(cluster.client).apply(Manifest.objects(in: manifests.yaml))
            #expect(results.count == manifests.objects.count)
            for case .refused(let finding) in results.map(\.outcome) { Issue.record("\(finding)") }

            let (ready, told) = AsyncStream<Void>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await Balloon.install(in: api)
                    try await balloons.manager.run()
                }
                group.addTask {
                    try await balloons.server.run(
                        listen: ListenAddress(host: "127.0.0.1", port: port), logger: Self.logger,
                        onReady: { _ in told.yield() })
                }
                _ = await ready.first { true }
                try await use(cluster.client)
                group.cancelAll()
                while await group.nextResult() != nil {}
            }
            let used = calls.resources
            let unused = Set(manifests.permissions.map(\.resource)).subtracting(used)
            // Asked for only where a plugin guards references to owners.
            #expect(unused == ["balloons/finalizers"])
            for (verb, refused) in try await refusals(account) { #expect(refused?.code == 403, "\(verb)") }
        }
    }

    /// A balloon comes, is told of, and goes.
    private func use(_ client: KubernetesClient) async throws {
        _ = try await client.create(Balloon("red", size: 4))
        let told = try await client.wait(
            for: Balloon.self, "red", in: "default",
            until: ObjectCondition("told", where: { $0.document["status"] != nil }), deadline: .seconds(60))
        #expect(told?.metadata.finalizers == ["toys.example/air"])
        #expect(try await client.get(ConfigMap.self, "red", in: "default").data["size"] == "4")
        _ = try await client.create(Balloon("loose", size: 0))
        try await client.waitForEvent(about: "loose")
        let burst = await #expect(throws: KubernetesError.self) { try await client.create(Balloon("b", size: 13)) }
        #expect(burst?.causes.map(\.field) == ["spec.size"])
        // What is no longer desired is deleted, and what is deleted is cleaned up.
        _ = try await client.mergePatch(Balloon.self, "red", in: "default", ["spec": ["size": 0]])
        try await client.wait(for: ConfigMap.self, "red", in: "default", until: .deleted, deadline: .seconds(60))
        try await client.delete(Balloon.self, "red", in: "default")
        try await client.wait(for: Balloon.self, "red", in: "default", until: .deleted, deadline: .seconds(60))
    }

    /// What an operator of balloons has no business with.
    private func refusals(_ api: some KubernetesAPI) async throws -> [(String, KubernetesError?)] {
        func refusal(_ body: () async throws -> Void) async throws -> KubernetesError? {
            do { try await body() } catch let error as KubernetesError { return error }
            return nil
        }
        return [
            ("list secrets", try await refusal { _ = try await api.list(KubernetesSecret.self, in: "sky") }),
            ("another lease", try await refusal { _ = try await api.get(Lease.self, "other", in: "sky") }),
            ("a lease elsewhere", try await refusal { _ = try await api.get(Lease.self, "balloons", in: "default") }),
            ("definitions", try await refusal { _ = try await api.list(CustomResourceDefinition.self) }),
            ("delete balloons", try await refusal { try await api.delete(Balloon.self, "loose", in: "default") }),
            (
                "its own rights",
                try await refusal {
                    _ = try await api.mergePatch(ClusterRole.self, "balloons", ["rules": []])
                }
            ),
        ]
    }

    @Test("the manifests are those of a pod that may do nothing else, a service, and a webhook that fails closed")
    func shape() throws {
        let client = KubernetesClient(HandlerTransport(WebhookProbe()))
        var manifests = try BalloonOperator(client, at: .service(namespace: "sky", name: "hooks")).manifests()
        manifests.healthPort = 8080
        let objects = manifests.objects
        #expect(
            objects.map { "\($0.resourceType.kind)/\($0.name)" } == [
                "CustomResourceDefinition/balloons.toys.example", "Namespace/sky", "ServiceAccount/balloons",
                "ClusterRole/balloons", "ClusterRoleBinding/balloons", "Role/balloons", "RoleBinding/balloons",
                "Service/hooks", "Deployment/balloons", "ValidatingWebhookConfiguration/hooks-balloons.toys.example",
            ])
        let service = try #require(objects.compactMap { $0 as? Service }.first)
        #expect(service.spec?.ports.map(\.port) == [443] && service.spec?.ports.first?.targetPort == 8443)
        let hook = try #require(objects.compactMap { $0 as? ValidatingWebhookConfiguration }.first?.webhooks.first)
        #expect(hook.clientConfig.service?.name == "hooks" && hook.document["clientConfig"]?["caBundle"] == nil)
        #expect(hook.document["failurePolicy"] == "Fail")
        let pod = try #require(objects.compactMap { $0 as? Deployment }.first?.spec?.template.spec)
        #expect(pod.serviceAccountName == "balloons" && pod.containers[0].ports.map(\.containerPort) == [8080, 8443])
        let role = try #require(objects.compactMap { $0 as? Role }.first)
        #expect(
            role.rules.map { rule in
                "\(rule.resources.joined()) \(rule.resourceNames.joined()): \(rule.verbs.joined(separator: " "))"
            } == [
                    "secrets : create", "secrets hooks-certificates: get update", "leases : create",
                    "leases balloons: get list watch update",
                ])
        #expect(throws: Finding.self) {
            _ = try BalloonOperator(client, at: .service(namespace: "ground", name: "hooks")).manifests()
        }
    }

    @Test("a reconcile by hand needs what it says, a cache its scope, and replicas that share need Leases of any name")
    func parts() throws {
        let client = KubernetesClient(HandlerTransport(WebhookProbe()))
        let manager = ControllerManager(
            client, sharding: try Sharding(group: "copies", in: "ops", api: client), logger: Self.logger)
        manager.add(
            Controller(
                for: ConfigMap.self, in: CacheScope(namespace: "demo"), caches: manager.caches, logger: Self.logger
            ) { _, _ in .settled }
            .needs(Permission(["create", "patch"], ConfigMap.type, in: "demo")))
        #expect(
            manager.permissions == [
                Permission(["get", "list", "watch", "create", "patch"], ConfigMap.type, in: "demo"),
                Permission(["get", "list", "watch", "create", "update", "delete"], Lease.type, in: "ops"),
            ])
    }

    @Test("permissions on the same things are one, and what is allowed everywhere is not said again for one place")
    func merging() {
        let merged = [
            Permission.watching(ConfigMap.type), Permission(["patch"], ConfigMap.type),
            Permission(["get", "delete"], ConfigMap.type, in: "a"),
            Permission(["get"], ConfigMap.type, names: ["x"], in: "a"),
            Permission(["get"], Namespace.type, in: "a"),
        ].merged
        #expect(
            merged == [
                Permission(["get", "list", "watch", "patch"], ConfigMap.type), Permission(["get"], Namespace.type),
                Permission(["delete"], ConfigMap.type, in: "a"),
            ])
    }
}

/// Nothing is behind it.
private struct WebhookProbe: Handler {
    func respond(to request: Request) async -> Response { .text("") }
}

extension KubernetesClient {
    fileprivate func waitForEvent(about name: String) async throws {
        try await SystemTime().withDeadline(.seconds(60), "The event") {
            for try await event in watch(EventsEvent.self, in: "default", time: .system) {
                switch event {
                case .snapshot(let events) where events.contains { $0.regarding?.name == name }: return
                case .applied(let event) where event.regarding?.name == name: return
                default: continue
                }
            }
        }
    }
}

private struct Balloon: CustomResource {
    static let type = ResourceType(group: "toys.example", version: "v1", kind: "Balloon")
    static let properties = [Property("spec", Spec.self), Property("status", Status?.self)]

    struct Spec: SchemaView {
        static let properties = [Property("size", Int.self)]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        var size: Int {
            get { self["size"] }
            set { self["size"] = newValue }
        }
    }

    struct Status: SchemaView {
        static let properties = [Property("holds", Int?.self)]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
    }

    var document: JSONObject
    init(document: JSONObject) { self.document = document }
    init(_ name: String, size: Int) {
        self.init(ObjectMeta(name: name, namespace: "default"))
        var spec = Spec(document: [:])
        spec.size = size
        self["spec"] = spec
    }
    var spec: Spec { self["spec"] }
}

private struct BalloonKind: ManagedKind {
    let children: [any Resource.Type] = [ConfigMap.self]

    func admit(_ balloon: Balloon) -> [Finding] {
        balloon.spec.size == 0 ? [Finding(FindingCode(rawValue: "W_LOOSE"), "It holds no air.")] : []
    }

    func desire(_ balloon: Balloon, _ observed: Observed) -> [Child] {
        guard balloon.spec.size > 0 else { return [] }
        return [Child(ConfigMap(metadata: ObjectMeta(name: balloon.name), data: ["size": "\(balloon.spec.size)"]))]
    }

    func observe(_ balloon: Balloon, _ observed: Observed, now: Timestamp) -> Observation<Balloon> {
        var balloon = balloon
        balloon.document["status"] = ["holds": .integer(Int64(balloon.spec.size))]
        return Observation(balloon)
    }
}

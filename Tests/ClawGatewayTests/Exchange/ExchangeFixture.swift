import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawGateway
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawResources
import HTTPTypes
import ServiceTesting
import Synchronization
import Testing

/// The machine's time, and so much later as is said.
final class ShiftedTime: TimeSource {
    private let offset = Mutex(Duration.zero)
    private let system = SystemTime()

    var now: Timestamp { system.now + offset.withLock { $0 } }
    func shift(by duration: Duration) { offset.withLock { $0 += duration } }
    /// Who sleeps when the time is shifted sleeps on as before.
    func sleep(until moment: Timestamp) async throws { try await system.sleep(for: max(.zero, moment - now)) }
}

/// A cluster with a project `demo` of tenant `acme`, its runtime `agent` with pod and grant, and a gateway before which
/// tokens are exchanged.
struct ExchangeFixture: Sendable {
    let cluster: EmbeddedCluster
    let time: ShiftedTime
    let gateway: ModelGateway
    let exchange: TokenExchange
    let grants: ClusterGrants
    let runtime: Runtime
    let endless = Endless(words: 2, pause: .zero)
    var api: KubernetesClient { cluster.client }

    /// - Parameter models: of the runtime's grant.
    static func run(
        models: [String] = ["echo", "endless"], perPod: RateLimit = RateLimit(perSecond: 100, burst: 100),
        _ body: @escaping @Sendable (ExchangeFixture) async throws -> Void
    ) async throws {
        let time = ShiftedTime()
        var options = EmbeddedCluster.Options()
        options.time = time
        try await EmbeddedCluster.withCluster(options) { cluster in
            try await ClawGroup.install(in: cluster.client)
            let caches = SharedCaches(cluster.client, time: time)
            let fixture = try await ExchangeFixture(cluster, caches, time, models: models, perPod: perPod)
            try await whileRunning({ try await caches.run() }) {
                try await whileRunning({ try await fixture.gateway.run() }) { try await body(fixture) }
            }
        }
    }

    private init(
        _ cluster: EmbeddedCluster, _ caches: SharedCaches, _ time: ShiftedTime, models: [String], perPod: RateLimit
    ) async throws {
        (self.cluster, self.time) = (cluster, time)
        grants = ClusterGrants(caches: caches)
        gateway = ModelGateway(
            router: try ModelRouter([
                ModelRoute("echo", to: EchoUpstream()), ModelRoute("other", to: EchoUpstream()),
                ModelRoute("endless", to: endless),
            ]), grants: grants, time: time)
        exchange = TokenExchange(
            before: gateway,
            reviewer: TokenReviewer(
                cluster.client, audiences: [TokenExchange.audience], remembering: .zero, time: time),
            keys: PodKeys(caches: caches, grants: grants), perPod: perPod, time: time)
        for name in ["demo", "other"] {
            try await cluster.client.create(Namespace(metadata: ObjectMeta(name: name)))
            try await cluster.client.create(ServiceAccount(metadata: ObjectMeta(name: "bot", namespace: name)))
        }
        try await cluster.client.create(Project(name: "demo", tenant: "acme"))
        runtime = try await cluster.client.create(
            Runtime(metadata: ObjectMeta(name: "agent", namespace: "demo"), spec: RuntimeSpec(user: "ada")))
        let own = ObjectMeta(
            name: "agent", namespace: "demo", ownerReferences: [OwnerReference(controlling: runtime)])
        try await cluster.client.create(
            ModelGrantResource(
                metadata: own, keyHash: Token.hash("the runtime's own key"), tenant: nil, project: "demo", user: "ada",
                runtime: "agent", models: models))
        try await makePod("agent", owner: OwnerReference(controlling: runtime))
    }

    @discardableResult
    func makePod(_ name: String, in namespace: String = "demo", owner: OwnerReference? = nil) async throws -> Pod {
        try await api.create(
            Pod(
                metadata: ObjectMeta(name: name, namespace: namespace, ownerReferences: owner.map { [$0] } ?? []),
                spec: PodSpec(containers: [Container(name: "c", image: "i")], serviceAccountName: "bot")))
    }

    /// A projected token, as the kubelet asks for one.
    func token(
        of pod: String? = "agent", in namespace: String = "demo", audiences: [String] = [TokenExchange.audience],
        lifetime: Duration = .seconds(3600)
    ) async throws -> String {
        try await api.requestToken(
            forServiceAccount: "bot", in: namespace, audiences: audiences, lifetime: lifetime,
            boundTo: pod.map { BoundObjectReference(apiVersion: "v1", kind: "Pod", name: $0) }
        ).token.reveal()
    }

    static func form(_ token: String?, _ more: QueryParameters = [:]) -> Request {
        var form: QueryParameters = [
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        ]
        if let token { form["subject_token"] = token }
        for (name, value) in more.items { form[name] = value.isEmpty ? nil : value }
        return Request(
            .post, TokenExchange.path, headers: [.contentType: "application/x-www-form-urlencoded"],
            body: .string(form.description), peer: "10.0.0.1:5000")
    }

    func ask(_ token: String?, _ more: QueryParameters = [:]) async throws -> (status: Int, json: JSON) {
        let response = await exchange.respond(to: Self.form(token, more))
        #expect(response.headers[.cacheControl] == "no-store")
        return (response.status.code, try await response.json())
    }

    /// A key for the pod's token.
    func key() async throws -> String {
        let answer = try await ask(try await token())
        return try #require(answer.json["access_token"]?.string, "\(answer)")
    }

    func status(of key: String, model: String = "echo") async -> Int {
        await exchange.respond(to: chat(#"{"model":"\#(model)","messages":[{"role":"user","content":"Hi"}]}"#, key: key))
            .status.code
    }

    /// Waits until a key is void.
    func expectEnd(of key: String) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while await status(of: key) != 401, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(2)) }
        #expect(await status(of: key) == 401)
    }

    /// What the ModelGrants for tokens are.
    func issued() async throws -> [ModelGrantResource] {
        try await api.list(ModelGrantResource.self, in: "demo").items.filter { $0.binding != nil }
    }
}

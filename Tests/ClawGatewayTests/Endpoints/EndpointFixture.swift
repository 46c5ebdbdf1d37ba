import ClawBase
import ClawCluster
import ClawControl
import ClawDialects
import ClawDocuments
import ClawGateway
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import ServiceTesting
import Synchronization
import Testing

/// Providers in this process: each host answers chats with its own name, until it is told to fail.
final class Providers: Transport {
    private struct State {
        var failing: Set<String> = []
        var keys: [String: [String]] = [:]
    }
    private let state = Mutex(State())

    func fail(_ host: String, _ isFailing: Bool = true) {
        state.withLock { state in
            if isFailing { state.failing.insert(host) } else { state.failing.remove(host) }
        }
    }

    /// The keys that a host was shown, in order.
    func keys(of host: String) -> [String] { state.withLock { $0.keys[host] ?? [] } }

    func send(_ request: Request) async throws -> Response {
        let host = request.head.authority ?? ""
        let isFailing = state.withLock { state in
            if let key = request.headers[.authorization] { state.keys[host, default: []].append(key) }
            return state.failing.contains(host)
        }
        if isFailing { return Response(status: .serviceUnavailable, body: .string("{}")) }
        guard request.method == .post else { return Response(status: .ok, body: .string(#"{"data":[]}"#)) }
        let asked = try JSONParser.parse(try await request.body.collect(limit: 1 << 20))
        if asked["stream"] == true { return eventStream([chunk(host), finish(), done]) }
        let answer: JSON = [
            "id": "1", "object": "chat.completion", "created": 1, "model": asked["model"] ?? "",
            "choices": [
                ["index": 0, "finish_reason": "stop", "message": ["role": "assistant", "content": .string(host)]]
            ], "usage": ["prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2],
        ]
        return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(answer.bytes()))
    }

    func shutdown() async {}
}

/// A cluster, and a gateway that takes its models in.
struct EndpointFixture: Sendable {
    let api: KubernetesClient
    let providers = Providers()
    let sources: ModelSources
    let models: ClusterModels
    let gateway: ModelGateway
    let time: ShiftedTime

    static func run(
        file: [DeclaredModel] = [.echo], _ body: @escaping @Sendable (EndpointFixture) async throws -> Void
    ) async throws {
        let time = ShiftedTime()
        var options = EmbeddedCluster.Options()
        options.time = time
        try await EmbeddedCluster.withCluster(options) { cluster in
            try await ClawGroup.install(in: cluster.client)
            try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "clawkit-system")))
            let caches = SharedCaches(cluster.client, time: time)
            let fixture = try EndpointFixture(cluster.client, caches, time, file)
            try await whileRunning({ try await caches.run() }) {
                try await whileRunning({ try await fixture.models.run() }) {
                    let health = HealthWatch(fixture.sources.router, time: time)
                    try await whileRunning({ try await health.run() }) { try await body(fixture) }
                }
            }
        }
    }

    private init(
        _ api: KubernetesClient, _ caches: SharedCaches, _ time: ShiftedTime, _ file: [DeclaredModel]
    ) throws {
        (self.api, self.time) = (api, time)
        let secrets = RenewedSecrets(ClusterSecrets(api), time: time)
        sources = try ModelSources(file, transport: providers, secrets: secrets, time: time)
        models = try ClusterModels(caches: caches, sources: sources)
        gateway = ModelGateway(
            router: sources.router, grants: InMemoryGrants([ModelGrant(id: "g1", keyHash: Token.hash(key))]), time: time)
    }

    /// What the model says; nil where it is not answered.
    func answer(_ model: String) async throws -> String? {
        let response = await gateway.respond(
            to: chat(#"{"model":"\#(model)","messages":[{"role":"user","content":"Hi"}]}"#))
        guard response.status == .ok else { return nil }
        return try await response.json()["choices"]?[0]?["message"]?["content"]?.string
    }

    /// Waits until something holds.
    func wait(_ what: String, _ holds: @Sendable () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(90)
        while try await !holds(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        let isSo = try await holds()
        #expect(isSo, "\(what)")
    }

    /// An endpoint's condition as `Status/Reason`.
    func condition(_ type: String, of name: String) async throws -> String {
        let conditions = try await api.get(ModelEndpoint.self, name).status.conditions
        return conditions.first { $0.type == type }.map { "\($0.status)/\($0.reason)" } ?? ""
    }
}

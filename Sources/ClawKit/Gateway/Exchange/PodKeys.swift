public import ClawBase
public import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// Short-lived model keys of runtimes' pods: `ModelGrant` objects beside the runtime's own.
///
/// A key is bound to its pod by uid. It ends when it expires, when the pod ends or is deleted, when the runtime's own
/// grant is changed or taken away, and when its object is deleted (`kubectl delete modelgrant`), also in streams. The
/// object belongs to the pod, so that the cluster collects it; the key stands in it as a hash only.
public final class PodKeys: Sendable {
    /// How long a key lasts, and how many a pod has at most.
    public struct Limits: Sendable, Hashable {
        /// A key never outlasts the token that it was given for.
        public var lifetime = Duration.seconds(900)
        /// Where a pod asks for one more, the one that would end first ends.
        public var keysPerPod = 8
        /// How long the caches may take to see what was written.
        public var settling = Duration.seconds(10)
        public init() {}
    }

    struct Key: Sendable {
        let key: Secret<String>
        let lifetime: Duration
        /// Empty: all models.
        let models: [String]
    }

    private let caches: SharedCaches
    private let grants: ClusterGrants
    private let own: ObjectCache<ModelGrantResource>
    private let limits: Limits
    private let logger: Logger
    private var api: any KubernetesAPI { caches.api }
    private var time: any TimeSource { caches.time }

    /// - Parameter grants: of the same caches; a key is handed out once they know it.
    public init(
        caches: SharedCaches, grants: ClusterGrants, limits: Limits = Limits(),
        logger: Logger = Logger(label: "clawkit.gateway")
    ) {
        (self.caches, self.grants, self.limits, self.logger) = (caches, grants, limits, logger)
        own = caches.cache(ModelGrantResource.self)
    }

    /// What this asks of the API server.
    static let permissions: [Permission] = [
        .watching(ModelGrantResource.type), .watching(Pod.type), .watching(Project.type),
        Permission(["create", "delete"], ModelGrantResource.type),
    ]

    /// Makes a key for a pod.
    /// - Parameters:
    ///   - models: what the key is wanted for; empty: all that the runtime's own grant allows.
    ///   - end: of the token that was shown.
    func issue(
        to pod: ReviewedToken.Object, in namespace: String, models: [String], until end: Timestamp?
    ) async throws -> Key {
        let grant = try await ownGrant(of: pod, in: namespace)
        var wanted = models
        if !grant.models.isEmpty {
            if let strange = models.first(where: { !grant.models.contains($0) }) {
                throw ExchangeRefusal(
                    .invalidScope,
                    "The runtime's grant has no model \(strange.prefix(128)); ask for some of "
                        + "\(grant.models.joined(separator: ", ")).")
            }
            if wanted.isEmpty { wanted = grant.models }
        }
        let now = time.now
        let grantEnd = grant.expiresAt.map { Timestamp(rfc3339: $0) ?? Timestamp(seconds: 0) }
        // To the second, as objects write it.
        let expiry = Timestamp(seconds: [now + limits.lifetime, end, grantEnd].compactMap { $0 }.min()?.seconds ?? 0)
        guard expiry > now else {
            throw ExchangeRefusal(
                .invalidGrant, "The runtime's grant or the token has ended; read the token's file again.")
        }
        try await makeRoom(pod.uid)
        let key = Token.random(prefix: "sk-claw")
        let hash = Token.hash(key.reveal())
        let owner = OwnerReference(apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid)
        let resource = ModelGrantResource(
            metadata: ObjectMeta(
                name: "\(grant.name)-\(hash.prefix(10))", namespace: namespace, labels: grant.labels,
                ownerReferences: [owner]),
            keyHash: hash, by: grant, to: pod.name, podUID: pod.uid, models: wanted, expiresAt: expiry.rfc3339())
        try await api.create(resource)
        try await wait(for: hash)
        return Key(key: key, lifetime: expiry - now, models: wanted)
    }

    /// The grant of the runtime that the pod is of: pod and grant belong to the same runtime, by its uid.
    private func ownGrant(of pod: ReviewedToken.Object, in namespace: String) async throws -> ModelGrantResource {
        // Asked for, not looked up: the caches may not have seen a pod that has only just begun.
        guard let live = try await api.find(Pod.self, pod.name, in: namespace), live.uid == pod.uid, !live.hasEnded
        else {
            throw ExchangeRefusal(.invalidGrant, "The pod \(namespace)/\(pod.name) that the token is of has ended.")
        }
        guard let owner = Runtime.owner(of: live) else {
            throw ExchangeRefusal(
                .invalidGrant,
                "The pod \(namespace)/\(pod.name) is no runtime's; declare a Runtime, or ask an administrator for a "
                    + "key.")
        }
        guard let grant = try await api.find(ModelGrantResource.self, owner.name, in: namespace), grant.binding == nil,
            grant.metadata.controllerReference?.uid == owner.uid, !grant.isBeingDeleted
        else {
            throw ExchangeRefusal(
                .invalidGrant,
                "The runtime \(namespace)/\(owner.name) has no grant for models; is the orchestrator running?")
        }
        return grant
    }

    /// Ends the keys of a pod that would end first, until there is room for one more.
    private func makeRoom(_ pod: String) async throws {
        let held = grants.keys(ofPod: pod).sorted { ($0.expiresAt ?? "") < ($1.expiresAt ?? "") }
        for key in held.prefix(max(0, held.count - limits.keysPerPod + 1)) {
            try await api.deleteIfPresent(ModelGrantResource.self, key.name, in: key.namespace, uid: key.uid)
        }
    }

    /// Until the key counts here: the next request may come with it.
    private func wait(for hash: String) async throws {
        let (grants, time) = (grants, time)
        try await time.withDeadline(limits.settling, "the cache of grants") {
            var pause = Duration.milliseconds(1)
            while await grants.grant(forKeyHash: hash) == nil {
                try await time.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(50))
            }
        }
    }

    // MARK: what has expired

    private static let sweep = Duration.seconds(30)

    /// Deletes the keys that have expired, until cancelled. Several gateways may do so.
    /// - Throws: `CancellationError`.
    public func run() async throws {
        while true {
            try await time.sleep(for: Self.sweep)
            let now = time.now
            for key in own.all where key.binding != nil {
                guard let end = key.expiresAt.flatMap({ Timestamp(rfc3339: $0) }), end < now else { continue }
                do {
                    try await api.deleteIfPresent(ModelGrantResource.self, key.name, in: key.namespace, uid: key.uid)
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    // It is void all the same; the next sweep tries again.
                    logger.warning(
                        "an expired model key could not be deleted",
                        metadata: ["grant": "\(key.namespace ?? "")/\(key.name)", "error": "\(error)"])
                }
            }
        }
    }
}

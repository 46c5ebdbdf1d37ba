import ClawBase
public import ClawControl
import ClawKubernetes
import ClawModels
import HTTPTypes
public import Logging
import Synchronization

/// The sandboxes of a cluster that serves them, which may begin at any time: agent-sandbox can be installed later.
public final class ServedSandboxes: Sendable {
    private enum State {
        case unknown
        case unserved(Finding)
        case served(ObjectCache<Sandbox>)
    }

    /// agent-sandbox's extensions, where they are installed with it.
    private struct Extensions: Sendable {
        let claims: ObjectCache<SandboxClaim>
        let pools: ObjectCache<SandboxWarmPool>
    }

    private let caches: SharedCaches
    private let logger: Logger
    private let state = Mutex(State.unknown)
    private let extensions = Mutex<Extensions?>(nil)
    /// A cluster that is slow to list its sandboxes is waited for so long by each look.
    private static let patience = Duration.seconds(10)

    public init(_ caches: SharedCaches, logger: Logger) { (self.caches, self.logger) = (caches, logger) }

    /// Why there are none; nil where the cluster serves them, or nobody knows yet.
    var unserved: Finding? {
        state.withLock { if case .unserved(let finding) = $0 { finding } else { nil } }
    }

    /// The one of that name, whoever's it is.
    func find(_ name: String, in project: String) async throws -> Sandbox? {
        guard let cache = cache else { return nil }
        if !cache.isSynced {
            try await caches.time.withDeadline(Self.patience, "The list of sandboxes") {
                try await cache.waitUntilSynced()
            }
        }
        return cache.get(name, in: project)
    }

    // MARK: warm pools

    /// Whether there are claims and warm pools.
    var hasWarmPools: Bool { extensions.withLock { $0 != nil } }

    /// The claim of that name, whoever's it is.
    func claim(_ name: String, in project: String) async throws -> SandboxClaim? {
        guard let claims = extensions.withLock({ $0?.claims }) else { return nil }
        if !claims.isSynced {
            try await caches.time.withDeadline(Self.patience, "The list of claims of sandboxes") {
                try await claims.waitUntilSynced()
            }
        }
        return claims.get(name, in: project)
    }

    /// The pools of a project that somebody of ours keeps, by their names.
    func pools(in project: String) -> [SandboxWarmPool] {
        guard let pools = extensions.withLock({ $0?.pools }) else { return [] }
        return pools.all.filter { $0.namespace == project && $0.annotations[PoolMember.shapeAnnotation] != nil }
            .sorted { $0.name < $1.name }
    }

    /// The sandboxes that a claim or a pool controls.
    func controlled(by uid: String?) -> [Sandbox] { uid.flatMap { cache?.controlled(by: $0) } ?? [] }

    private var cache: ObjectCache<Sandbox>? {
        state.withLock { if case .served(let cache) = $0 { cache } else { nil } }
    }

    /// Asks the cluster whether it serves them, until it answers.
    func look() async throws {
        let backoff = Backoff(initial: .milliseconds(250), cap: .seconds(30))
        for failures in 1... {
            do {
                let finding = try await finding()
                state.withLock { state in
                    if case .served = state { return }
                    state = finding.map { .unserved($0) } ?? .served(caches.cache(Sandbox.self))
                }
                if finding == nil, !hasWarmPools,
                    try await isServed(SandboxClaim.type.plural, SandboxExtensions.group, SandboxExtensions.version)
                {
                    let found = Extensions(
                        claims: caches.cache(SandboxClaim.self), pools: caches.cache(SandboxWarmPool.self))
                    extensions.withLock { $0 = found }
                }
                return
            } catch let error where !Task.isCancelled {
                logger.debug("the cluster does not say whether it serves sandboxes", metadata: ["error": "\(error)"])
                try await caches.time.sleep(for: backoff.delay(afterFailures: failures))
            }
        }
    }

    /// Has a controller hear of them, as soon as they are served: of each that changes, and `begun` once.
    func follow(for controller: Controller, begun: () -> Void) async throws {
        let backoff = Backoff(initial: .seconds(1), cap: .seconds(60))
        var looks = 0
        while cache == nil {
            looks += 1
            try await caches.time.sleep(for: backoff.delay(afterFailures: looks))
            try await look()
        }
        cache?.onChange { [weak controller] change in
            change.object.map { controller?.ask(for: Self.runtime(of: $0)) }
        }
        try await cache?.waitUntilSynced()
        begun()
        looks = 0
        while !hasWarmPools {
            looks += 1
            try await caches.time.sleep(for: backoff.delay(afterFailures: looks))
            try await look()
        }
        let claims = extensions.withLock { $0?.claims }
        claims?.onChange { [weak controller] change in
            (change.object ?? change.old).map { controller?.ask(for: ObjectKey($0)) }
        }
        try await claims?.waitUntilSynced()
        begun()
    }

    /// Whose it is: one that was made for a runtime has its name, and so has the claim of one that it took.
    private static func runtime(of sandbox: Sandbox) -> ObjectKey {
        guard let owner = sandbox.metadata.controllerReference, owner.kind == SandboxClaim.type.kind else {
            return ObjectKey(sandbox)
        }
        return ObjectKey(namespace: sandbox.namespace ?? "", name: owner.name)
    }

    /// Has the controller of pools hear of the sandboxes that are kept for them, which have their names.
    func follow(pools controller: Controller) async throws {
        let backoff = Backoff(initial: .seconds(1), cap: .seconds(60))
        var looks = 0
        while !hasWarmPools {
            looks += 1
            try await caches.time.sleep(for: backoff.delay(afterFailures: looks))
        }
        cache?.onChange { [weak controller] change in
            for sandbox in [change.old, change.new] {
                guard let owner = sandbox?.metadata.controllerReference, owner.kind == SandboxWarmPool.type.kind else {
                    continue
                }
                controller?.ask(for: ObjectKey(namespace: sandbox?.namespace ?? "", name: owner.name))
            }
        }
        extensions.withLock { $0?.pools }?.onChange { [weak controller] change in
            (change.object ?? change.old).map { controller?.ask(for: ObjectKey($0)) }
        }
    }

    private func finding() async throws -> Finding? {
        if try await isServed(Sandbox.type.plural, Sandbox.group, Sandbox.version) { return nil }
        let why =
            try await isServed(Sandbox.type.plural, Sandbox.group, "v1alpha1")
            ? "serves \(Sandbox.group) in v1alpha1 only; bring agent-sandbox to 0.5 or later"
            : "serves no \(Sandbox.group); install agent-sandbox"
        return Finding(.sandboxUnserved, "The cluster \(why), or choose the driver Pod.", field: "spec.driver")
    }

    private func isServed(_ plural: String, _ group: String, _ version: String) async throws -> Bool {
        do {
            let answer = try await caches.api.document(for: APIRequest(.get, "/apis/\(group)/\(version)"))
            return answer["resources"]?.array?.contains { $0["name"]?.string == plural } ?? false
        } catch let error as KubernetesError where error.isNotFound || error.code == 403 {
            // Who may not even ask is not going to make one.
            return false
        }
    }
}

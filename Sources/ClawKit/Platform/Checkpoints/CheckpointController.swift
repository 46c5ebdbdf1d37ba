import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// Makes the checkpoints that are asked for, and removes their archives with them. At rest it writes nothing.
public struct CheckpointController: Sendable {
    public static let finalizer = "clawkit.dev/checkpoint"

    private let caches: SharedCaches
    private let driver: any CheckpointDriver
    private let logger: Logger

    public init(caches: SharedCaches, driver: some CheckpointDriver, logger: Logger) {
        (self.caches, self.driver, self.logger) = (caches, driver, logger)
    }

    public func controller() -> Controller {
        var options = Controller.Options()
        // As long as a checkpoint may take, and what the node takes to say so.
        options.deadline = .seconds(3600 + 120)
        options.concurrency = 4
        let (pods, nodes) = (caches.cache(Pod.self), caches.cache(Node.self))
        return Controller(for: Checkpoint.self, caches: caches, options: options, logger: logger) {
            checkpoint, context in
            let pod = pods.get(checkpoint.spec.podName, in: checkpoint.namespace ?? "")
            return try await reconcile(checkpoint, pod, context)
        }
        .finalizes(Checkpoint.self, Self.finalizer) { checkpoint, _ in
            // An archive goes with its node.
            guard let node = checkpoint.status.node, nodes.get(node) != nil else { return .done }
            try await remove(checkpoint, on: node)
            return .done
        }
        .needs(Permission(["create", "get", "delete"], Node.type, part: "proxy"))
        .needs(Permission(["update"], Checkpoint.type, part: "status"))
    }

    private func remove(_ checkpoint: Checkpoint, on node: String) async throws {
        var location = checkpoint.status.location
        if location == nil { location = try await driver.find(order: checkpoint.uid ?? "", on: node) }
        if let location { try await driver.remove(location, on: node) }
    }

    private func reconcile(
        _ checkpoint: Checkpoint, _ pod: Pod?, _ context: ReconcileContext
    ) async throws -> Reconciled {
        let now = context.time.now
        switch CheckpointStep.next(checkpoint, pod: pod, now: now) {
        case .rest(let moment): return moment.map { .again(after: max(.zero, $0 - now)) } ?? .settled
        case .fail(let finding): try await report(checkpoint, context) { $0.fail(finding, at: now) }
        case .expire:
            if let node = checkpoint.status.node { try await remove(checkpoint, on: node) }
            try await report(checkpoint, context) { status in
                status.phase = .expired
                status.location = nil
            }
        case .begin(let order, let uid):
            let begun = try await report(checkpoint, context) { status in
                (status.phase, status.method, status.startedAt) = (.running, .process, now.rfc3339())
                (status.node, status.pod, status.podUID) = (order.node, order.pod, uid)
                status.container = order.container
            }
            return try await carryOut(order, begun, context)
        case .order(let order): return try await carryOut(order, checkpoint, context)
        }
        return .settled
    }

    private func carryOut(
        _ order: CheckpointOrder, _ checkpoint: Checkpoint, _ context: ReconcileContext
    ) async throws -> Reconciled {
        do {
            let stored = try await driver.make(order)
            let now = context.time.now
            let told = try await report(checkpoint, context) { $0.store(stored, at: now) }
            return told.expiry.map { .again(after: max(.zero, $0 - now)) } ?? .settled
        } catch let finding as Finding {
            let now = context.time.now
            try await report(checkpoint, context) { $0.fail(finding, at: now) }
            return .settled
        }
    }

    @discardableResult
    private func report(
        _ checkpoint: Checkpoint, _ context: ReconcileContext, _ change: (inout CheckpointStatus) -> Void
    ) async throws -> Checkpoint {
        var changed = checkpoint
        change(&changed.status)
        guard changed.status != checkpoint.status else { return checkpoint }
        // The finalizer's entry has made the object newer than the cache had it.
        if let newest = context.caches.cache(Checkpoint.self).get(checkpoint.name, in: checkpoint.namespace ?? ""),
            newest.uid == checkpoint.uid
        {
            changed.metadata = newest.metadata
        }
        return try await context.api.replaceStatus(changed)
    }
}

extension CheckpointStatus {
    mutating func store(_ stored: StoredCheckpoint, at now: Timestamp) {
        (phase, method, location) = (.stored, stored.method, stored.location)
        (digest, sizeBytes, isEncrypted) = (stored.digest, stored.size, stored.isEncrypted)
        (constraints, frozenMilliseconds) = (stored.constraints, stored.frozenMilliseconds)
        completedAt = now.rfc3339()
    }

    mutating func fail(_ finding: Finding, at now: Timestamp) {
        phase = .failed
        error = (finding.code.rawValue, finding.message)
        completedAt = now.rfc3339()
    }
}

import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// Says of enrolled capacity where it stands; writes only what has become another.
public struct CapacityController: Sendable {
    private let caches: SharedCaches
    private let logger: Logger

    public init(caches: SharedCaches, logger: Logger) { (self.caches, self.logger) = (caches, logger) }

    public func controller() -> Controller {
        let runtimes = caches.cache(Runtime.self)
        return Controller(for: RemoteCapacity.self, caches: caches, logger: logger) { capacity, context in
            let allocated = runtimes.all.count { $0.annotations[Runtime.capacityAnnotation] == capacity.name }
            return try await reconcile(capacity, allocated)
        }
        .watches(Runtime.self) { runtime in
            runtime.annotations[Runtime.capacityAnnotation].map { [ObjectKey(namespace: "", name: $0)] } ?? []
        }
        .needs(Permission(["patch"], RemoteCapacity.type, part: "status"))
    }

    private func reconcile(_ capacity: RemoteCapacity, _ allocated: Int) async throws -> Reconciled {
        let now = caches.time.now
        let standing = CapacityStanding(capacity, allocated: allocated, now: now)
        let old = capacity.status.conditions.first { $0.type == "Available" }
        let status = standing.phase == .available ? "True" : "False"
        let isSame =
            capacity.status.phase == standing.phase && capacity.status.allocated == allocated
            && old?.message == standing.message && old?.status == status
        if !isSame {
            let condition = Condition(
                type: "Available", status: status, reason: standing.phase.rawValue, message: standing.message,
                lastTransitionTime: old.flatMap { $0.status == status ? $0.lastTransitionTime : nil } ?? now.rfc3339(),
                observedGeneration: capacity.metadata.generation)
            try await caches.api.mergePatch(
                RemoteCapacity.self, capacity.name, subresource: "status",
                [
                    "metadata": ["uid": .string(capacity.uid ?? "")],
                    "status": [
                        "phase": .string(standing.phase.rawValue), "allocated": .integer(Int64(allocated)),
                        "conditions": [.object(condition.document)],
                    ],
                ])
            if capacity.status.phase != standing.phase {
                logger.info(
                    "remote capacity has changed its standing",
                    metadata: ["capacity": "\(capacity.name)", "phase": "\(standing.phase.rawValue)"])
            }
        }
        return standing.lookAgainAt.map { .again(after: max(.zero, $0 - now)) } ?? .settled
    }
}

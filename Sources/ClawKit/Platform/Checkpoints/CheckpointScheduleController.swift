import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// What a schedule comes to now. Pure.
struct CheckpointPlan: Sendable, Hashable {
    /// The due time that is to be heeded; nil: none.
    var due: Timestamp?
    /// Names of checkpoints that are one too many.
    var surplus: [String] = []
    var next: Timestamp?

    /// - Parameter made: the schedule's checkpoints, in any order.
    /// - Throws: ``Finding`` where the schedule is none.
    init(_ schedule: CheckpointSchedule, made: [Checkpoint], now: Timestamp) throws(Finding) {
        surplus = Self.surplus(made, keep: schedule.spec.keep)
        if schedule.spec.isSuspended || schedule.isBeingDeleted { return }
        do throws(CronProblem) {
            let cron = try CronSchedule(schedule.spec.schedule)
            let since =
                [schedule.status.lastScheduledAt, schedule.metadata.creationTimestamp].lazy
                .compactMap { $0.flatMap { Timestamp(rfc3339: $0) } }.first ?? now
            // However many were missed, what is kept is what is there now: once.
            due = try cron.missed(after: since, until: now)?.latest
            next = cron.next(after: now)
        } catch {
            throw Finding(
                .badSchedule, "'\(schedule.spec.schedule)' is no schedule: \(error.text).", field: "spec.schedule")
        }
    }

    /// Beyond the newest that are stored; failed ones go when a later one is stored.
    static func surplus(_ made: [Checkpoint], keep: Int) -> [String] {
        let sorted = made.filter { !$0.isBeingDeleted }.sorted {
            ($0.metadata.creationTimestamp ?? "", $0.name) > ($1.metadata.creationTimestamp ?? "", $1.name)
        }
        var (stored, surplus) = (0, [String]())
        for checkpoint in sorted {
            switch checkpoint.status.phase {
            case nil, .requested, .running: break
            case .stored:
                stored += 1
                if stored > keep { surplus.append(checkpoint.name) }
            case .failed, .expired: if stored > 0 { surplus.append(checkpoint.name) }
            }
        }
        return surplus
    }
}

/// Makes checkpoints when they are due, and removes those that are too many.
public struct CheckpointScheduleController: Sendable {
    private let caches: SharedCaches
    private let logger: Logger

    public init(caches: SharedCaches, logger: Logger) { (self.caches, self.logger) = (caches, logger) }

    public func controller() -> Controller {
        let checkpoints = caches.cache(Checkpoint.self)
        return Controller(for: CheckpointSchedule.self, caches: caches, logger: logger) { schedule, context in
            let made = checkpoints.all.filter {
                $0.namespace == schedule.namespace && $0.labels[Checkpoint.scheduleLabel] == Self.label(of: schedule)
                    && $0.metadata.controllerReference?.uid == schedule.uid
            }
            return try await reconcile(schedule, made, context)
        }
        .owns(Checkpoint.self)
        .needs(Permission(["create", "delete"], Checkpoint.type))
        .needs(Permission(["update"], CheckpointSchedule.type, part: "status"))
    }

    private func reconcile(
        _ schedule: CheckpointSchedule, _ made: [Checkpoint], _ context: ReconcileContext
    ) async throws -> Reconciled {
        let now = context.time.now
        var status = schedule.status
        var next: Timestamp?
        do {
            let plan = try CheckpointPlan(schedule, made: made, now: now)
            for name in plan.surplus {
                try await context.api.deleteIfPresent(Checkpoint.self, name, in: schedule.namespace)
            }
            if let due = plan.due {
                try await make(schedule, due: due, context)
                status.lastScheduledAt = due.rfc3339()
            }
            status.error = nil
            next = plan.next
        } catch let finding as Finding {
            status.error = (finding.code.rawValue, finding.message)
        }
        if status != schedule.status {
            var changed = schedule
            changed.status = status
            _ = try await context.api.replaceStatus(changed)
        }
        return next.map { .again(after: max(.zero, $0 - now)) } ?? .settled
    }

    /// Its name, where that may stand in a label.
    private static func label(of schedule: CheckpointSchedule) -> String {
        schedule.name.utf8.count <= DNSLabel.maximumLength ? schedule.name : schedule.uid ?? ""
    }

    /// Named by its due time: however often this is tried, there is one.
    private func make(_ schedule: CheckpointSchedule, due: Timestamp, _ context: ReconcileContext) async throws {
        var labels = [Checkpoint.scheduleLabel: Self.label(of: schedule)]
        if let runtime = schedule.spec.checkpoint.runtime { labels[Checkpoint.runtimeLabel] = runtime }
        let checkpoint = Checkpoint(
            metadata: ObjectMeta(
                name: "\(schedule.name)-\(due.seconds)", namespace: schedule.namespace, labels: labels,
                ownerReferences: [OwnerReference(controlling: schedule)]),
            spec: schedule.spec.checkpoint)
        do {
            _ = try await context.api.create(checkpoint)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // By an earlier try that could not say so.
        }
    }
}

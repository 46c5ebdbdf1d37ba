import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// The one writer of a pod's status. Writes only what differs, tries again until it succeeds, and skips what newer
/// wishes have overtaken.
final class PodWriter: Sendable {
    enum Command: Sendable {
        case status(PodStatus)
        case annotate(name: String, value: String)
        case delete
        /// Ends the writer once everything before it is written, but no later than the moment.
        case stop(by: Timestamp)
    }

    private let api: any KubernetesAPI
    private let time: any TimeSource
    private let logger: Logger
    private let commands = Mailbox<Command>()
    /// The newest version of the object seen.
    private let newest: Mutex<Pod>
    private let stopBy = Mutex<Timestamp?>(nil)

    init(_ pod: Pod, api: any KubernetesAPI, time: any TimeSource, logger: Logger) {
        (self.api, self.time, self.logger) = (api, time, logger)
        newest = Mutex(pod)
    }

    func post(_ command: Command) {
        if case .stop(let moment) = command { stopBy.withLock { $0 = moment } }
        commands.post(command)
    }

    func didSee(_ pod: Pod) {
        newest.withLock { newest in
            let (old, new) = (newest.resourceVersion.flatMap(UInt64.init), pod.resourceVersion.flatMap(UInt64.init))
            // Versions are opaque in principle; where they are numbers, an older event must not undo our own write.
            if let old, let new, new < old { return }
            newest = pod
        }
    }

    func run() async {
        while let first = await commands.next(time) {
            var wishes = [first]
            while let next = commands.takeFirst() { wishes.append(next) }
            let status = wishes.lazy.compactMap { if case .status(let status) = $0 { status } else { nil } }.last
            for wish in wishes {
                // Before the status: who sees a container run can read how it came to.
                guard case .annotate(let name, let value) = wish else { continue }
                await untilDone { try await self.annotate(name, value) }
            }
            if let status { await untilDone { try await self.write(status) } }
            for wish in wishes {
                switch wish {
                case .status, .annotate: break
                case .delete: await untilDone { try await self.delete() }
                case .stop: return
                }
            }
        }
    }

    /// Again and again with growing pauses; gives up when told to stop.
    private func untilDone(_ body: @escaping @Sendable () async throws -> Void) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                return try await time.withDeadline(.seconds(5), "writing a pod's status", body)
            } catch let error as KubernetesError where error.isNotFound || error.isForbidden || error.isInvalid {
                if !error.isNotFound {
                    logger.error("the pod's status was refused", metadata: ["error": "\(error.message)"])
                }
                return
            } catch {
                failures += 1
                if failures == 1 {
                    logger.warning("the pod's status is not written yet", metadata: ["error": "\(error)"])
                }
                if let limit = stopBy.withLock({ $0 }), time.now >= limit { return }
                try? await time.sleep(for: Backoff.nodeRetry.delay(afterFailures: failures))
            }
        }
    }

    private func write(_ status: PodStatus) async throws {
        while true {
            var pod = newest.withLock { $0 }
            let merged = Self.merge(status, into: pod.status ?? PodStatus())
            if merged == pod.status { return }
            pod.status = merged
            do {
                didSee(try await api.replaceStatus(pod))
                return
            } catch let error as KubernetesError where error.isConflict {
                let fresh = try await api.get(Pod.self, pod.name, in: pod.namespace)
                // Another pod of the same name: this one is gone.
                guard fresh.uid == pod.uid else { return }
                newest.withLock { $0 = fresh }
            }
        }
    }

    /// The node's fields over what others wrote.
    static func merge(_ status: PodStatus, into old: PodStatus) -> PodStatus {
        var merged = old
        for (name, value) in status.document { merged.document[name] = value }
        if status.reason == nil { merged.reason = nil }
        if status.message == nil { merged.message = nil }
        merged.conditions =
            status.conditions
            + old.conditions.filter { !PodMachine.ownedConditions.contains($0.type) }
        if status.initContainerStatuses.isEmpty { merged.initContainerStatuses = [] }
        return merged
    }

    private func annotate(_ name: String, _ value: String) async throws {
        let pod = newest.withLock { $0 }
        guard let uid = pod.uid else { return }
        let change: JSON = .object(
            JSONObject(distinct: [
                ("uid", .string(uid)), ("annotations", .object(JSONObject(distinct: [(name, .string(value))]))),
            ]))
        do {
            didSee(
                try await api.mergePatch(
                    Pod.self, pod.name, in: pod.namespace, .object(JSONObject(distinct: [("metadata", change)]))))
        } catch let error as KubernetesError where error.isConflict {
            // Another pod of the same name: this one is gone.
        }
    }

    private func delete() async throws {
        let pod = newest.withLock { $0 }
        do {
            try await api.delete(Pod.self, pod.name, in: pod.namespace, gracePeriodSeconds: 0, uid: pod.uid)
        } catch let error as KubernetesError where error.isConflict {
            // Another pod of the same name: this one is gone.
        }
    }
}

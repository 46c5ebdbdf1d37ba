import ClawBase
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// Tells the API server what became of simulated pods.
struct SimulatedPodWriter: Sendable {
    let api: any KubernetesAPI
    let time: any TimeSource
    let logger: Logger

    /// How many of the writes are done: what failed is not begun from the first again.
    private final class Progress: Sendable {
        private let done = Atomic(0)
        var count: Int { done.load(ordering: .relaxed) }
        func advance() { done.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Carries the writes out in order, again and again where the server cannot be reached. Of a pod's statuses only the
    /// last is written, as a kubelet does with what happens at once.
    func perform(_ all: [SimulatedPod.Write]) async throws {
        let writes = Self.last(of: all)
        let progress = Progress()
        var failures = 0
        while progress.count < writes.count {
            let before = progress.count
            do {
                // One deadline for all: one for each would cost as much as the write.
                try await time.withDeadline(.seconds(30), "writing simulated pods") {
                    while progress.count < writes.count {
                        try await perform(writes[progress.count])
                        progress.advance()
                    }
                }
            } catch let error where !(error is CancellationError) {
                failures = progress.count > before ? 1 : failures + 1
                try await time.sleep(for: Backoff.nodeRetry.delay(afterFailures: failures))
            }
        }
    }

    private static func last(of writes: [SimulatedPod.Write]) -> [SimulatedPod.Write] {
        guard writes.count > 1 else { return writes }
        var seen: Set<String> = []
        return writes.reversed().filter { write in
            guard case .status(let pod, _) = write else { return true }
            return seen.insert(pod.uid ?? "").inserted
        }.reversed()
    }

    private func perform(_ write: SimulatedPod.Write) async throws {
        do {
            switch write {
            case .status(let pod, let status): try await self.write(status, of: pod)
            case .delete(let pod):
                _ = try await api.delete(Pod.self, pod.name, in: pod.namespace, gracePeriodSeconds: 0, uid: pod.uid)
            }
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, or another pod of the same name.
        } catch let error as KubernetesError where error.isForbidden || error.isInvalid {
            logger.error("a simulated pod's status was refused", metadata: ["error": "\(error.message)"])
        }
    }

    private func write(_ status: PodStatus, of pod: Pod) async throws {
        var pod = pod
        while true {
            let uid = pod.uid
            pod.status = PodWriter.merge(status, into: pod.status ?? PodStatus())
            do {
                _ = try await api.replaceStatus(pod)
                return
            } catch let error as KubernetesError where error.isConflict {
                pod = try await api.get(Pod.self, pod.name, in: pod.namespace)
                guard pod.uid == uid else { return }
            }
        }
    }
}

import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources
import Logging
import Synchronization

/// Wakes runtimes that somebody visits.
final class RuntimeWaker: Sendable {
    private let services: PlatformServices
    private let runtimes: ObjectCache<Runtime>
    /// The sleeps that have been ended and are still in the cache: one write is enough for all who wait.
    private let ended = Mutex<[ObjectKey: RuntimeSleep]>([:])

    init(_ services: PlatformServices) {
        self.services = services
        runtimes = services.caches.cache(Runtime.self)
        runtimes.onChange { [weak self] change in
            guard let self, let runtime = change.object else { return }
            ended.withLock { ended in
                let key = ObjectKey(runtime)
                if let sleep = ended[key], change.new?.status.sleep != sleep { ended[key] = nil }
            }
        }
    }

    /// What sleeps for want of use is used again, which wakes it; what was suspended is wanted running again.
    func wake(_ reference: RuntimeReference) async {
        let key = ObjectKey(namespace: reference.project, name: reference.runtime)
        guard let runtime = runtimes[key], runtime.wake.onRequest else { return }
        do {
            if runtime.spec.desiredState == .suspended {
                try await resume(runtime, reference)
            } else if let sleep = runtime.status.sleep {
                try await end(sleep, of: runtime, key)
            }
        } catch let finding as Finding where finding.code == .conflict {
            // Something else is being done to it; the visitor comes back and asks again.
        } catch {
            services.log.warning(
                "a runtime could not be woken", metadata: ["runtime": "\(reference)", "error": "\(error)"])
        }
    }

    private func end(_ sleep: RuntimeSleep, of runtime: Runtime, _ key: ObjectKey) async throws {
        let isFirst = ended.withLock { ended in
            if ended[key] == sleep { return false }
            ended[key] = sleep
            return true
        }
        guard isFirst else { return }
        // Later than its sleep, whatever the clocks of the two processes say.
        let since = sleep.since.flatMap { Timestamp(rfc3339: $0) } ?? services.time.now
        do {
            try await RuntimeUse.tell(
                max(services.time.now, since + .microseconds(1)), of: key, runtime.uid ?? "", services.api)
        } catch {
            ended.withLock { $0[key] = nil }
            throw error
        }
    }

    /// Begins a resume, unless one is under way or has done its part already.
    private func resume(_ runtime: Runtime, _ reference: RuntimeReference) async throws {
        _ = try await services.runtimes.begin(
            RuntimeOperations.Wish(
                verb: .resume, project: reference.project, name: reference.runtime, actor: "platform",
                parameters: RuntimeParameters(uid: runtime.uid), idempotencyKey: nil))
    }
}

/// The visits of people who come through a control plane.
struct CountedVisits: RuntimeVisits {
    let waker: RuntimeWaker
    let held: HeldRequests
    let use: RuntimeUse

    func wake(_ runtime: RuntimeReference) async { await waker.wake(runtime) }
    func hold(_ runtime: RuntimeReference) async throws -> Bool { try await held.hold(runtime) }
    func used(_ runtime: RuntimeReference) { use.note(runtime) }
}

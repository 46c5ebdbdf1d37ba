import ClawBase
public import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// Keeps every Runtime as its spec wants it.
public struct RuntimeController: Sendable {
    private let caches: SharedCaches
    private let driver: any RuntimeDriver
    private let deadlines: RuntimeDeadlines
    private let context: @Sendable () -> RuntimeContext?
    private let logger: Logger

    /// - Parameter context: the platform's settings; nil while they are not known yet: then nothing is done.
    public init(
        caches: SharedCaches, driver: some RuntimeDriver, deadlines: RuntimeDeadlines = RuntimeDeadlines(),
        context: @escaping @Sendable () -> RuntimeContext?, logger: Logger
    ) {
        (self.caches, self.driver, self.deadlines) = (caches, driver, deadlines)
        (self.context, self.logger) = (context, logger)
    }

    public func controller() -> Controller {
        let runtimes = caches.cache(Runtime.self)
        return Controller("runtimes", caches: caches, logger: logger) { key in
            guard let runtime = runtimes[key] else { return .settled }
            guard let context = context() else { return .again(after: .milliseconds(200)) }
            return try await reconcile(runtime, context)
        }
        .reconciles(Runtime.self)
        // By name, not by owner: a pod in the way counts too.
        .watches(Pod.self) { [ObjectKey($0)] }
        .owns(ModelGrantResource.self, by: Runtime.type.kind)
        .watches(PersistentVolumeClaim.self) { claim in
            claim.labels["clawkit.dev/runtime"].map { [ObjectKey(namespace: claim.namespace ?? "", name: $0)] } ?? []
        }
    }

    private func reconcile(_ runtime: Runtime, _ context: RuntimeContext) async throws -> Reconciled {
        let now = caches.time.now
        let id = RuntimeCellID(project: runtime.namespace ?? "", name: runtime.name, uid: runtime.uid ?? "")
        let observed = try await driver.observe(id)
        let cell = Result { () throws(Finding) in try RuntimeCell(runtime, context) }
        var step = RuntimeKind.next(runtime, cell, observed, deadlines, now: now)
        let failure = await perform(step.actions, id, try? cell.get())
        if let failure, step.error == nil { step.error = Self.finding(failure) }
        var refusal: Finding?
        if case .failure(let finding) = cell { refusal = finding }
        try await report(
            step.status(of: runtime, observed, refusal: refusal, publicURL: context.publicURL, now: now), runtime)
        // Tried again with back-off; what went wrong, and since when, already stands in the status.
        if let failure { throw failure }
        return step.lookAgainAt.map { .again(after: max(.zero, $0 - now)) } ?? .settled
    }

    private func perform(_ actions: [RuntimeAction], _ id: RuntimeCellID, _ desired: RuntimeCell?) async -> (any Error)? {
        do {
            for action in actions { try await driver.perform(action, id, desired) }
            return nil
        } catch {
            return error
        }
    }

    /// What people should know of a failed action; nil for what passes by itself.
    private static func finding(_ error: any Error) -> Finding? {
        switch error {
        case let finding as Finding: finding
        case let error as KubernetesError where error.isConflict || error.code >= 500: nil
        case let error as KubernetesError:
            Finding(.actionFailed, "The cluster refused a step of the runtime: \(ForeignText.cleaned(error.message)).")
        default: nil
        }
    }

    private func report(_ status: RuntimeStatus, _ runtime: Runtime) async throws {
        guard status != runtime.status else { return }
        var changed = runtime
        changed.status = status
        do {
            _ = try await caches.api.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, or changed meanwhile: the change asks for this runtime again.
        }
    }
}

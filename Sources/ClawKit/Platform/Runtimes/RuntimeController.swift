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
    private let policies: PolicyBook
    private let templates: TemplateBook
    private let layers: EnvironmentBook
    private let secrets: RuntimeSecrets
    private let context: @Sendable () -> RuntimeContext?
    private let logger: Logger

    /// - Parameters:
    ///   - values: where secrets of environments come from; nil: Secrets of the cluster, files, this process.
    ///   - context: the platform's settings; nil while they are not known yet: then nothing is done.
    public init(
        caches: SharedCaches, driver: some RuntimeDriver, deadlines: RuntimeDeadlines = RuntimeDeadlines(),
        values: (any ValueSource)? = nil, context: @escaping @Sendable () -> RuntimeContext?, logger: Logger
    ) {
        (self.caches, self.driver, self.deadlines) = (caches, driver, deadlines)
        (self.context, self.logger) = (context, logger)
        (policies, templates, layers) = (PolicyBook(caches), TemplateBook(caches), EnvironmentBook(caches))
        secrets = RuntimeSecrets(values ?? ValueSources(cluster: ClusterValues(caches.api)), caches, logger)
    }

    /// Follows the sources of secrets until cancelled: runtimes whose secrets change are asked for.
    func followSecrets(for controller: Controller) async throws {
        try await secrets.run { controller.ask(for: $0) }
    }

    public func controller() -> Controller {
        let runtimes = caches.cache(Runtime.self)
        return Controller("runtimes", caches: caches, logger: logger) { key in
            guard let runtime = runtimes[key] else {
                secrets.forget(key)
                return .settled
            }
            guard var context = context() else { return .again(after: .milliseconds(200)) }
            context.serviceAccount = policies.hasProject(key.namespace) ? ProjectObjects.name : nil
            context.policy = policies.policy(project: key.namespace, user: runtime.spec.user)
            context.routers = policies.routers(of: key.namespace)
            context.offered = templates.offered(in: key.namespace)
            context.layers = layers.statements(project: key.namespace, user: runtime.spec.user)
            context.delivery = await secrets.delivery(for: runtime, context)
            return try await reconcile(runtime, context)
        }
        .reconciles(Runtime.self)
        // By name, not by owner: a pod in the way counts too.
        .watches(Pod.self) { [ObjectKey($0)] }
        .owns(ModelGrantResource.self, by: Runtime.type.kind)
        .owns(Checkpoint.self, by: Runtime.type.kind)
        .watches(PersistentVolumeClaim.self) { claim in
            claim.labels["clawkit.dev/runtime"].map { [ObjectKey(namespace: claim.namespace ?? "", name: $0)] } ?? []
        }
        .watches(Policy.self) { [policies] policy in
            runtimes.all.filter { policies.holds(policy, in: $0.namespace ?? "") }.map { ObjectKey($0) }
        }
        .watches(EnvironmentSet.self, when: .changed("spec")) { set in
            runtimes.all.filter { EnvironmentBook.holds(set, for: $0) }.map { ObjectKey($0) }
        }
        .watches(RuntimeTemplate.self, when: .changed("spec")) { template in
            runtimes.all.filter {
                ($0.spec.template ?? "default") == template.name
                    && TemplateBook.isOffered(template, in: $0.namespace ?? "")
            }.map { ObjectKey($0) }
        }
        // A project's tenant does not change; only there must be one. Its proxies may.
        .watches(Project.self, when: .changed("spec")) { project in
            runtimes.all.filter { $0.namespace == project.name }.map { ObjectKey($0) }
        }
        .watches(Tenant.self, when: .changed("spec")) { [policies] tenant in
            runtimes.all.filter { policies.isOf(tenant, project: $0.namespace ?? "") }.map { ObjectKey($0) }
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
        let end = try await endOfRunningTime(runtime, context, observed, now)
        let next = [step.lookAgainAt, end].compactMap(\.self).min()
        return next.map { .again(after: max(.zero, $0 - now)) } ?? .settled
    }

    /// Puts a runtime to sleep that has run for as long as its policy allows; else says when that will be.
    private func endOfRunningTime(
        _ runtime: Runtime, _ context: RuntimeContext, _ observed: RuntimeObservation, _ now: Timestamp
    ) async throws -> Timestamp? {
        guard runtime.spec.desiredState == .running, !runtime.isBeingDeleted,
            let policy = try? context.policy.get(), let limit = policy.runningTime,
            let start = observed.pod?.startedAt
        else { return nil }
        if start + limit > now { return start + limit }
        logger.info(
            "a runtime has run for as long as its policy allows and is put to sleep",
            metadata: ["runtime": "\(runtime.namespace ?? "")/\(runtime.name)"])
        _ = try await caches.api.mergePatch(
            Runtime.self, runtime.name, in: runtime.namespace,
            [
                "metadata": ["uid": .string(runtime.uid ?? "")],
                "spec": ["desiredState": .string(RuntimeSpec.DesiredState.suspended.rawValue)],
            ])
        return nil
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

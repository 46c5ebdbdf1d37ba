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

    private func reconcile(_ found: Runtime, _ context: RuntimeContext) async throws -> Reconciled {
        let now = caches.time.now
        var runtime = found
        let id = RuntimeCellID(project: runtime.namespace ?? "", name: runtime.name, uid: runtime.uid ?? "")
        let wipes = RuntimeKind.wipes(found, context)
        if try await RuntimeKind.hold(found, wipes: wipes, caches.api) { return .settled }
        let observed = try await driver.observe(id)
        let cell = Result { () throws(Finding) in try RuntimeCell(runtime, context) }
        let asleep = await sleepDecision(&runtime, id, (try? cell.get())?.activity, context, observed, now)
        var step = RuntimeKind.next(runtime, cell, observed, deadlines, wipes: wipes, sleep: asleep?.sleep, now: now)
        let failure = await perform(step.actions, id, try? cell.get())
        if failure == nil, try await RuntimeKind.letGo(found, caches.api) { return .settled }
        if let failure, step.error == nil { step.error = Self.finding(failure) }
        var refusal: Finding?
        if case .failure(let finding) = cell { refusal = finding }
        let isTold = try await report(
            step.status(of: runtime, observed, refusal: refusal, publicURL: context.publicURL, now: now), found)
        // Tried again with back-off; what went wrong, and since when, already stands in the status.
        if let failure { throw failure }
        if !isTold { return .again(after: deadlines.conflict) }
        let next = [step.lookAgainAt, asleep?.lookAgainAt].compactMap(\.self).min()
        return next.map { .again(after: max(.zero, $0 - now)) } ?? .settled
    }

    /// Whether it sleeps though it is wanted running; nil where that is no question.
    private func sleepDecision(
        _ runtime: inout Runtime, _ id: RuntimeCellID, _ report: ActivityReport?, _ context: RuntimeContext,
        _ observed: RuntimeObservation, _ now: Timestamp
    ) async -> SleepDecision? {
        guard runtime.spec.desiredState == .running, !runtime.isBeingDeleted else { return nil }
        let startedAt = observed.pod.flatMap { $0.isBeingDeleted ? nil : $0.startedAt }
        let runningTime = (try? context.policy.get())?.runningTime
        var decision = SleepDecision(runtime, runningTime: runningTime, startedAt: startedAt, now: now)
        if decision.asksAgent {
            do {
                guard let report else { throw Finding.unreportedActivity }
                let agent = try await driver.agentActivity(id, report)
                let isIdle = runtime.note(agent, now)
                decision = SleepDecision(
                    runtime, runningTime: runningTime, startedAt: startedAt, agentIsIdle: isIdle, now: now)
            } catch {
                // What cannot say that it is idle may be at work.
                decision = SleepDecision(sleep: nil, lookAgainAt: now + deadlines.agent)
                logger.info(
                    "a runtime is not put to sleep, since its program does not say whether it is idle",
                    metadata: ["runtime": "\(id.project)/\(id.name)", "error": "\(error)"])
            }
        }
        if let sleep = decision.sleep, runtime.status.sleep == nil {
            logger.info(
                "a runtime is put to sleep",
                metadata: ["runtime": "\(id.project)/\(id.name)", "why": "\(sleep.reason?.rawValue ?? "")"])
        }
        return decision
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
        case let error as KubernetesError where error.isConflict || error.code >= 500 || error.code == 429: nil
        case let error as KubernetesError:
            Finding(.actionFailed, "The cluster refused a step of the runtime: \(ForeignText.cleaned(error.message)).")
        default: nil
        }
    }

    /// - Returns: whether the status now stands there.
    private func report(_ status: RuntimeStatus, _ runtime: Runtime) async throws -> Bool {
        guard status != runtime.status else { return true }
        var changed = runtime
        changed.status = status
        do {
            _ = try await caches.api.replaceStatus(changed)
            return true
        } catch let error as KubernetesError where error.isNotFound {
            return true
        } catch let error as KubernetesError where error.isConflict {
            // Changed meanwhile. The change asks for this runtime again, as long as it does not get lost.
            return false
        }
    }
}

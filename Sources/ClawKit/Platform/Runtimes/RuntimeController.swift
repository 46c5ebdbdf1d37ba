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
    private let surroundings: RuntimeSurroundings
    private let secrets: RuntimeSecrets
    private let logger: Logger

    /// - Parameters:
    ///   - values: where secrets of environments come from; nil: Secrets of the cluster, files, this process.
    ///   - context: the platform's settings; nil while they are not known yet: then nothing is done.
    public init(
        caches: SharedCaches, driver: some RuntimeDriver, deadlines: RuntimeDeadlines = RuntimeDeadlines(),
        values: (any ValueSource)? = nil, context: @escaping @Sendable () -> RuntimeContext?, logger: Logger
    ) {
        (self.caches, self.driver, self.deadlines) = (caches, driver, deadlines)
        self.logger = logger
        surroundings = RuntimeSurroundings(caches, settings: context)
        secrets = RuntimeSecrets(values ?? ValueSources(cluster: ClusterValues(caches.api)), caches, logger)
    }

    /// Follows the sources of secrets until cancelled: runtimes whose secrets change are asked for.
    func followSecrets(for controller: Controller) async throws {
        try await secrets.run { controller.ask(for: $0) }
    }

    public func controller() -> Controller {
        let runtimes = caches.cache(Runtime.self)
        let policies = surroundings.policies
        var options = Controller.Options()
        // Each waits for the API server most of the time.
        options.concurrency = 64
        return Controller("runtimes", caches: caches, options: options, logger: logger) { key in
            guard let runtime = runtimes[key] else {
                secrets.forget(key)
                return .settled
            }
            guard var context = surroundings.context(project: key.namespace, user: runtime.spec.user) else {
                return .again(after: .milliseconds(200))
            }
            context.delivery = await secrets.delivery(for: runtime, context)
            return try await reconcile(runtime, context)
        }
        .reconciles(Runtime.self)
        .watches(Pod.self) { RuntimePodIndex.concerned(by: $0) }
        .owns(ModelGrantResource.self, by: Runtime.type.kind)
        .owns(Checkpoint.self, by: Runtime.type.kind)
        .watches(PersistentVolumeClaim.self) { claim in
            claim.labels["clawkit.dev/runtime"].map { [ObjectKey(namespace: claim.namespace ?? "", name: $0)] } ?? []
        }
        .watches(Policy.self) { policy in
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
        .watches(Tenant.self, when: .changed("spec")) { tenant in
            runtimes.all.filter { policies.isOf(tenant, project: $0.namespace ?? "") }.map { ObjectKey($0) }
        }
    }

    private func reconcile(_ found: Runtime, _ context: RuntimeContext) async throws -> Reconciled {
        let now = caches.time.now
        var runtime = found
        runtime.status.defaults = context.defaults(of: runtime)
        let id = RuntimeCellID(runtime)
        let wipes = RuntimeKind.wipes(found, context)
        if try await RuntimeKind.hold(found, wipes: wipes, caches.api) { return .settled }
        var observed = try await driver.observe(id)
        var cell = Self.cell(of: runtime, context, observed)
        let asleep = await sleepDecision(&runtime, id, (try? cell.get())?.activity, context, observed, now)
        var step = RuntimeKind.next(runtime, cell, observed, deadlines, wipes: wipes, sleep: asleep?.sleep, now: now)
        func look() async throws {
            observed = try await driver.observe(id)
            cell = Self.cell(of: runtime, context, observed)
            step = RuntimeKind.next(runtime, cell, observed, deadlines, wipes: wipes, sleep: asleep?.sleep, now: now)
        }
        if step.mayClaim(observed), let wanted = try? cell.get(), try await driver.claim(wanted) {
            // The pod is its own now, which asks for this runtime again: what else it needs comes behind those who still
            // wait for a pod.
            return .settled
        }
        let isHandedOver = observed.pod?.pool != nil && step.actions.contains(.ensureIdentity)
        let failure = await perform(step.actions, id, try? cell.get())
        // Everything is there now: that is told at once, in one write.
        if isHandedOver, failure == nil { try await look() }
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

    /// What is to exist for it, with the volume that it has.
    private static func cell(
        of runtime: Runtime, _ context: RuntimeContext, _ observed: RuntimeObservation
    ) -> Result<RuntimeCell, Finding> {
        Result { () throws(Finding) in
            var cell = try RuntimeCell(runtime, context)
            if let name = observed.volume?.name { cell.volumeName = name }
            return cell
        }
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

import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Says in the status of disruption budgets how many pods may be missing just now.
/// <https://kubernetes.io/docs/tasks/run-application/configure-pdb/>
struct DisruptionController: Sendable {
    /// How long an evicted pod may take to be seen going.
    private static let evictionTimeout = Duration.seconds(120)

    private let client: KubernetesClient
    private let budgets: ObjectCache<PodDisruptionBudget>
    private let pods: LabelIndex<Pod>
    private let scales: OwnerScales
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        budgets = caches.cache(PodDisruptionBudget.self)
        pods = lookups.byLabels
        scales = OwnerScales(client, caches)
        events = ControllerEvents(client, "controllermanager", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let byNamespace = budgets.index { [$0.namespace ?? ""] }
        let controller = Controller("disruption-budgets", caches: caches, logger: logger) { key in
            guard let budget = budgets[key], !budget.isBeingDeleted else { return .settled }
            do {
                return try await reconcile(budget)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(PodDisruptionBudget.self)
        .watches(Pod.self) { _ in [] }
        caches.cache(Pod.self).onChange { [weak controller] change in
            guard let pod = change.object else { return }
            let keys = byNamespace[pod.namespace ?? ""].filter { budget in
                guard let query = budget.query else { return false }
                return [change.old, change.new].contains { $0.map { query.matches($0.labels) } ?? false }
            }.map { ObjectKey($0) }
            controller?.ask(for: keys)
        }
        // Budgets of a percentage follow the sizes of the pods' owners.
        scales.onChange { [weak controller] namespace in
            controller?.ask(for: byNamespace.keys(of: namespace))
        }
        return controller
    }

    private func reconcile(_ budget: PodDisruptionBudget) async throws -> Reconciled {
        let now = time.now
        let covered = budget.query.map { query in
            pods.matching(query, in: budget.namespace ?? "").filter { !$0.hasEnded }
        } ?? []
        if covered.isEmpty { await events.normal("NoPods", "No matching pods found", on: budget) }
        var status = budget.status ?? PodDisruptionBudgetStatus()
        let expectation: (expected: Int, desired: Int)
        do {
            expectation = try await expect(budget, covered)
        } catch let problem as OwnerScales.Unknown {
            await events.warning(
                "CalculateExpectedPodCountFailed", "Failed to calculate the number of expected pods: \(problem.text)",
                on: budget)
            status.disruptionsAllowed = 0
            status.observedGeneration = budget.metadata.generation
            status.note("SyncFailed", false, problem.text, budget.metadata.generation, now)
            try await write(status, budget)
            return .settled
        }
        var disrupted: [String: String] = [:]
        for (name, since) in status.disruptedPods {
            // Once it is seen going, or is gone, it is not counted anyway.
            guard let pod = covered.first(where: { $0.name == name }), !pod.isBeingDeleted,
                let moment = Timestamp(rfc3339: since), moment + Self.evictionTimeout > now
            else { continue }
            disrupted[name] = since
        }
        let healthy = covered.count { $0.isReady && !$0.isBeingDeleted && disrupted[$0.name] == nil }
        status.disruptedPods = disrupted
        (status.currentHealthy, status.desiredHealthy) = (healthy, expectation.desired)
        status.expectedPods = expectation.expected
        let allowed = expectation.expected > 0 ? max(0, healthy - expectation.desired) : 0
        status.disruptionsAllowed = allowed
        status.observedGeneration = budget.metadata.generation
        status.note(allowed > 0 ? "SufficientPods" : "InsufficientPods", allowed > 0, "", budget.metadata.generation, now)
        try await write(status, budget)
        let next = disrupted.values.compactMap(Timestamp.init(rfc3339:)).min()
        return next.map { .again(after: $0 + Self.evictionTimeout - now) } ?? .settled
    }

    private func expect(
        _ budget: PodDisruptionBudget, _ covered: [Pod]
    ) async throws -> (expected: Int, desired: Int) {
        if let most = budget.spec?.maxUnavailable {
            let expected = try await scales.total(of: covered)
            return (expected, max(0, expected - (most.scaled(to: expected, roundingUp: true) ?? 0)))
        }
        guard let least = budget.spec?.minAvailable else { return (covered.count, 0) }
        if case .int(let number) = least { return (covered.count, number) }
        let expected = try await scales.total(of: covered)
        return (expected, least.scaled(to: expected, roundingUp: true) ?? 0)
    }

    private func write(_ status: PodDisruptionBudgetStatus, _ budget: PodDisruptionBudget) async throws {
        guard status != budget.status else { return }
        var changed = budget
        changed.status = status
        _ = try await client.replaceStatus(changed)
    }
}

extension PodDisruptionBudget {
    /// No selector means no pod, an empty one every pod.
    fileprivate var query: LabelQuery? { spec?.selector.flatMap { try? LabelQuery($0) } }
}

extension PodDisruptionBudgetStatus {
    fileprivate mutating func note(_ reason: String, _ isTrue: Bool, _ message: String, _ generation: Int?, _ now: Timestamp) {
        let status = isTrue ? "True" : "False"
        let old = conditions.first { $0.type == "DisruptionAllowed" }
        conditions.removeAll { $0.type == "DisruptionAllowed" }
        conditions.append(
            Condition(
                type: "DisruptionAllowed", status: status, reason: reason, message: message,
                lastTransitionTime: old?.status == status ? old?.lastTransitionTime ?? now.rfc3339() : now.rfc3339(),
                observedGeneration: generation))
    }
}

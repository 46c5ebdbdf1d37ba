import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// Sizes workloads by what they use.
/// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>
struct AutoscalerController: Sendable {
    /// How often each autoscaler looks, for the first time so long after it came, as kube-controller-manager's do.
    private static let period = Duration.seconds(15)
    /// Those that are due within it are looked at together.
    private static let tolerance = Duration.seconds(1)

    private let server: APIServer
    private let client: KubernetesClient
    private let source: any UsageSource
    private let autoscalers: ObjectCache<HorizontalPodAutoscaler>
    private let pods: LabelIndex<Pod>
    private let memory = AutoscalerMemory()
    private let events: ControllerEvents
    private let time: any TimeSource

    init(
        _ server: APIServer, _ client: KubernetesClient, _ source: any UsageSource, _ caches: SharedCaches,
        _ lookups: PodLookups
    ) {
        (self.server, self.client, self.source) = (server, client, source)
        time = caches.time
        autoscalers = caches.cache(HorizontalPodAutoscaler.self)
        pods = lookups.byLabels
        caches.cache(Pod.self).onChange { [memory] change in
            if let namespace = change.object?.namespace { memory.podChanged(in: namespace) }
        }
        events = ControllerEvents(client, "horizontal-pod-autoscaler", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("autoscalers", caches: caches, logger: logger) { key in
            guard let autoscaler = autoscalers[key], !autoscaler.isBeingDeleted else {
                memory.forget(key)
                return .settled
            }
            if let wait = memory.wait(key, Self.period, now: time.now) {
                return .again(after: wait, tolerance: Self.tolerance)
            }
            do {
                try await reconcile(autoscaler)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound {
                // The next look sees what is new.
            }
            return .again(after: Self.period, tolerance: Self.tolerance)
        }
        .reconciles(HorizontalPodAutoscaler.self)
        .watches(Pod.self) { _ in [] }
    }

    private func reconcile(_ autoscaler: HorizontalPodAutoscaler) async throws {
        if await isSteady(autoscaler) { return }
        var look = AutoscalerLook(autoscaler, now: time.now)
        do {
            try await decide(&look)
        } catch is AutoscalerProblem {
            // Told in the conditions.
            look.steady = nil
        }
        look.status.observedGeneration = autoscaler.metadata.generation
        guard look.status != autoscaler.status else { return memory.keep(look.steady, ObjectKey(autoscaler)) }
        var changed = autoscaler
        changed.status = look.status
        _ = try await client.replaceStatus(changed)
    }

    /// Whether a look would come to what the last one came to.
    private func isSteady(_ autoscaler: HorizontalPodAutoscaler) async -> Bool {
        let key = ObjectKey(autoscaler)
        guard let last = memory.steady(key), last.version == autoscaler.metadata.resourceVersion,
            server.store.get(last.collection, last.target)?.revision == last.revision, await last.holds(by: source)
        else { return false }
        memory.decide(key) { $0.repeatLast(now: time.now) }
        return true
    }

    private func decide(_ look: inout AutoscalerLook) async throws {
        let autoscaler = look.autoscaler
        let target = autoscaler.spec.scaleTargetRef
        let (resource, scale) = try await scale(&look)
        let current = scale.spec?.replicas ?? 0
        look.status.currentReplicas = current
        look.set("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale")
        let (least, most) = (autoscaler.spec.minReplicas ?? 1, autoscaler.spec.maxReplicas)
        var (desired, reason) = (current, "")
        if current == 0, least != 0 {
            look.set(
                "ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
            look.status.desiredReplicas = 0
            return
        } else if current > most {
            (desired, reason) = (most, "Current number of replicas above Spec.MaxReplicas")
        } else if current < least {
            (desired, reason) = (least, "Current number of replicas below Spec.MinReplicas")
        } else {
            let result = try await measure(&look, resource, scale, current)
            reason = result.replicas > current ? "\(result.name) above target" : "All metrics below target"
            let decision = memory.decide(ObjectKey(autoscaler)) { history in
                let decision = history.decide(
                    result.replicas, current: current, least: least, most: most, autoscaler.spec.behavior, now: look.now)
                // Others that were recommended before are forgotten in time, and then it may come to something else.
                if !history.recommendsOnly(current) { look.steady = nil }
                return decision
            }
            desired = decision.replicas
            look.set("AbleToScale", true, decision.steadiness.reason, decision.steadiness.message)
            look.set("ScalingLimited", decision.limit.isLimited, decision.limit.reason, decision.limit.message)
        }
        look.status.desiredReplicas = desired
        guard desired != current else { return }
        look.steady = nil
        do {
            try await client.scale(
                DynamicObject.self, of: resource.type, target.name, in: autoscaler.namespace, to: desired)
        } catch let error as KubernetesError {
            await events.warning(
                "FailedRescale", "New size: \(desired); reason: \(reason); error: \(error.message)", on: autoscaler)
            look.set(
                "AbleToScale", false, "FailedUpdateScale",
                "the HPA controller was unable to update the target scale: \(error.message)")
            look.status.desiredReplicas = current
            throw AutoscalerProblem(text: error.message)
        }
        look.set(
            "AbleToScale", true, "SucceededRescale", "the HPA controller was able to update the target scale to \(desired)")
        look.status.lastScaleTime = look.now.rfc3339()
        memory.decide(ObjectKey(autoscaler)) { $0.didScale(from: current, to: desired, now: look.now) }
        await events.normal("SuccessfulRescale", "New size: \(desired); reason: \(reason)", on: autoscaler)
    }

    private func scale(_ look: inout AutoscalerLook) async throws -> (RegisteredResource, Scale) {
        let (autoscaler, target) = (look.autoscaler, look.autoscaler.spec.scaleTargetRef)
        let group = target.apiVersion.flatMap { $0.contains("/") ? String($0.prefix { $0 != "/" }) : "" } ?? ""
        var problem = "no matches for kind \"\(target.kind)\" in group \"\(group)\""
        if let resource = server.registry.find(group: group, kind: target.kind) {
            do {
                let key = ObjectStore.Key(namespace: autoscaler.namespace ?? "", name: target.name)
                return (resource, try await server.scale(of: resource, key))
            } catch let error as APIStatus {
                problem = error.message
            }
        }
        look.set(
            "AbleToScale", false, "FailedGetScale",
            "the HPA controller was unable to get the target's current scale: \(problem)")
        await events.warning("FailedGetScale", problem, on: autoscaler)
        throw AutoscalerProblem(text: problem)
    }

    /// The largest of what the metrics ask for.
    private func measure(
        _ look: inout AutoscalerLook, _ resource: RegisteredResource, _ scale: Scale, _ current: Int
    ) async throws -> MetricEvaluator.Result {
        let autoscaler = look.autoscaler
        guard let text = scale.status?.selector, !text.isEmpty, let query = try? LabelQuery(parsing: text) else {
            let message = "selector is required"
            await events.warning("SelectorRequired", message, on: autoscaler)
            look.set("ScalingActive", false, "InvalidSelector", "the HPA target's scale is missing a selector")
            throw AutoscalerProblem(text: message)
        }
        // Counted before they are looked up: what changes in between counts as changed.
        let changes = memory.podChanges(in: autoscaler.namespace ?? "")
        let found = pods.matching(query, in: autoscaler.namespace ?? "")
        let evaluator = await MetricEvaluator(source, found, for: autoscaler, current: current, now: look.now)
        look.steady = (try? evaluator.usages.get()).flatMap {
            SteadyLook(autoscaler, resource.collection, scale, podChanges: changes, found, $0, now: look.now)
        }
        var (best, statuses): (MetricEvaluator.Result?, [MetricStatus]) = (nil, [])
        var failures: [MetricEvaluator.Failure] = []
        for metric in autoscaler.spec.metrics {
            do {
                let result = try await evaluator.evaluate(metric)
                statuses.append(result.status)
                if result.replicas > best?.replicas ?? -1 { best = result }
            } catch {
                failures.append(error)
                await events.warning(error.reason, error.text, on: autoscaler)
            }
        }
        look.status.currentMetrics = statuses
        // With one of them unknown it may grow, but not shrink.
        guard let best, failures.isEmpty || best.replicas >= current else {
            let first = failures.first
            look.set(
                "ScalingActive", false, first?.reason ?? "FailedComputeMetricsReplicas",
                "the HPA was unable to compute the replica count: \(first?.text ?? "")")
            let message =
                "invalid metrics (\(failures.count) invalid out of \(autoscaler.spec.metrics.count)), first error is: "
                + (first?.whole ?? "")
            await events.warning("FailedComputeMetricsReplicas", message, on: autoscaler)
            look.status.desiredReplicas = current
            throw AutoscalerProblem(text: message)
        }
        look.set(
            "ScalingActive", true, "ValidMetricFound",
            "the HPA was able to successfully calculate a replica count from \(best.name)")
        return best
    }
}

/// One look at an autoscaler: its status as it will be.
struct AutoscalerLook: Sendable {
    let autoscaler: HorizontalPodAutoscaler
    let now: Timestamp
    var status: HorizontalPodAutoscalerStatus
    /// What it went by; nil where the next one may come to something else.
    var steady: SteadyLook?

    init(_ autoscaler: HorizontalPodAutoscaler, now: Timestamp) {
        (self.autoscaler, self.now) = (autoscaler, now)
        status = autoscaler.status ?? HorizontalPodAutoscalerStatus(desiredReplicas: 0)
    }

    mutating func set(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) {
        let text = isTrue ? "True" : "False"
        let place = status.conditions.firstIndex { $0.type == type }
        // As it was when this look began: within one look a condition may be set twice.
        let old = autoscaler.status?.conditions.first { $0.type == type }
        let since = old?.status == text ? old?.lastTransitionTime ?? now.rfc3339() : now.rfc3339()
        let condition = HorizontalPodAutoscalerCondition(
            type: type, status: text, reason: reason, message: message, lastTransitionTime: since)
        if let place { status.conditions[place] = condition } else { status.conditions.append(condition) }
    }
}

/// What is remembered of each autoscaler between looks.
final class AutoscalerMemory: Sendable {
    private struct Known {
        var history = ScalingHistory()
        var due: Timestamp?
        var steady: SteadyLook?

        mutating func wait(_ period: Duration, _ now: Timestamp) -> Duration? {
            let old = due
            if let old, old > now { return old - now }
            due = now + period
            return old == nil ? period : nil
        }
    }
    private let known = Mutex<[ObjectKey: Known]>([:])
    /// Of namespaces by their hashes, so that those that have gone take no room; that two share a place costs a look.
    private let changes = Mutex([UInt64](repeating: 0, count: 4096))

    /// What the last look went by, where it came to nothing and its pods have not changed since.
    func steady(_ key: ObjectKey) -> SteadyLook? {
        guard let last = known.withLock({ $0[key]?.steady }), last.podChanges == podChanges(in: key.namespace) else {
            return nil
        }
        return last
    }

    func keep(_ steady: SteadyLook?, _ key: ObjectKey) { known.withLock { $0[key]?.steady = steady } }

    func podChanged(in namespace: String) { changes.withLock { $0[Self.place(namespace)] &+= 1 } }

    func podChanges(in namespace: String) -> UInt64 { changes.withLock { $0[Self.place(namespace)] } }

    private static func place(_ namespace: String) -> Int { namespace.hashValue & 4095 }

    /// How long to wait until the next look; nil: it is due, and the one after it is in a period.
    func wait(_ key: ObjectKey, _ period: Duration, now: Timestamp) -> Duration? {
        known.withLock { $0[key, default: Known()].wait(period, now) }
    }

    @discardableResult
    func decide<R: Sendable>(_ key: ObjectKey, _ body: (inout ScalingHistory) -> R) -> R {
        known.withLock { body(&$0[key, default: Known()].history) }
    }

    func forget(_ key: ObjectKey) { known.withLock { $0[key] = nil } }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas

/// Asks the source for one of an autoscaler's metrics and says how many replicas it means.
struct MetricEvaluator: Sendable {
    struct Result: Sendable {
        var replicas: Int
        var name: String
        var status: MetricStatus
    }
    /// With the reason that conditions and events give.
    struct Failure: Error {
        let reason: String
        let text: String
        /// What cannot be had for it.
        var subject: String?
        var whole: String { subject.map { "failed to get \($0): \(text)" } ?? text }
    }

    private let source: any UsageSource
    private let pods: [Pod]
    /// What the pods use, asked for once for all metrics of resources.
    let usages: Swift.Result<[String: PodUsage], any Error>
    private let current: Int
    private let namespace: String
    private let tolerance: ScalingTolerance
    private let now: Timestamp

    init(_ source: any UsageSource, _ pods: [Pod], for autoscaler: HorizontalPodAutoscaler, current: Int, now: Timestamp) async {
        (self.source, self.pods, self.current, self.now) = (source, pods, current, now)
        namespace = autoscaler.namespace ?? ""
        tolerance = autoscaler.tolerance
        var usages: [String: PodUsage] = [:]
        do {
            if autoscaler.spec.metrics.contains(where: { ["Resource", "ContainerResource"].contains($0.type) }) {
                for pod in pods { usages[pod.name] = try await source.usage(of: pod) }
            }
            self.usages = .success(usages)
        } catch {
            self.usages = .failure(error)
        }
    }

    func evaluate(_ spec: MetricSpec) async throws(Failure) -> Result {
        let (reason, subject) = Self.words(spec)
        do {
            switch spec.type {
            case "Resource":
                guard let metric = spec.resource else { break }
                let (proposal, value) = try resource(metric.name, nil, metric.target)
                let isUtilization = metric.target.averageUtilization != nil
                return Result(
                    replicas: proposal.replicas,
                    name: "\(metric.name) resource\(isUtilization ? " utilization (percentage of request)" : "")",
                    status: MetricStatus(
                        type: spec.type, resource: ResourceMetricStatus(name: metric.name, current: value)))
            case "ContainerResource":
                guard let metric = spec.containerResource else { break }
                let (proposal, value) = try resource(metric.name, metric.container, metric.target)
                let isUtilization = metric.target.averageUtilization != nil
                return Result(
                    replicas: proposal.replicas,
                    name: "\(metric.name) container resource\(isUtilization ? " utilization (percentage of request)" : "")",
                    status: MetricStatus(
                        type: spec.type,
                        containerResource: ContainerResourceMetricStatus(
                            name: metric.name, container: metric.container, current: value)))
            case "Pods":
                guard let metric = spec.pods else { break }
                let proposal = try await podsMetric(metric)
                return Result(
                    replicas: proposal.replicas, name: "pods metric \(metric.metric.name)",
                    status: MetricStatus(
                        type: spec.type,
                        pods: PodsMetricStatus(
                            current: MetricValueStatus(averageValue: .thousandths(proposal.average)), metric: metric.metric)))
            case "Object":
                guard let metric = spec.object else { break }
                let value = try await source.value(
                    of: metric.metric, object: metric.describedObject, namespace: namespace)
                guard let amount = value?.milliUnits else { throw AutoscalerProblem(text: Self.unknown(metric.metric)) }
                let (replicas, current) = single(amount, metric.target)
                return Result(
                    replicas: replicas, name: "\(metric.describedObject.kind) metric \(metric.metric.name)",
                    status: MetricStatus(
                        type: spec.type,
                        object: ObjectMetricStatus(
                            current: current, describedObject: metric.describedObject, metric: metric.metric)))
            case "External":
                guard let metric = spec.external else { break }
                let values = try await source.values(ofExternal: metric.metric, namespace: namespace)
                guard !values.isEmpty else { throw AutoscalerProblem(text: Self.unknown(metric.metric)) }
                let (replicas, current) = single(values.reduce(0) { $0 + ($1.milliUnits ?? 0) }, metric.target)
                return Result(
                    replicas: replicas, name: "external metric \(metric.metric.name)(\(GoText.selector(metric.metric.selector)))",
                    status: MetricStatus(
                        type: spec.type, external: ExternalMetricStatus(current: current, metric: metric.metric)))
            default: break
            }
        } catch {
            let text = (error as? AutoscalerProblem)?.text ?? (error as? KubernetesError)?.message ?? "\(error)"
            throw Failure(reason: reason, text: text, subject: subject)
        }
        throw Failure(reason: "InvalidMetricSourceType", text: "unknown metric source type \"\(spec.type)\"")
    }

    private static func words(_ spec: MetricSpec) -> (reason: String, subject: String) {
        switch spec.type {
        case "Resource": ("FailedGetResourceMetric", "\(spec.resource?.name ?? "") resource metric value")
        case "ContainerResource":
            ("FailedGetContainerResourceMetric", "\(spec.containerResource?.name ?? "") container metric value")
        case "Pods": ("FailedGetPodsMetric", "pods metric value")
        case "Object": ("FailedGetObjectMetric", "object metric value")
        default: ("FailedGetExternalMetric", "\(spec.external?.metric.name ?? "") external metric value")
        }
    }

    private static func unknown(_ metric: MetricIdentifier) -> String {
        "unable to get metric \(metric.name): no values are known"
    }

    // MARK: of pods

    private func resource(
        _ name: String, _ container: String?, _ target: MetricTarget
    ) throws -> (ReplicaProposal, MetricValueStatus) {
        do {
            return try measuredResource(name, container, target)
        } catch let problem as AutoscalerProblem {
            let what = target.averageUtilization == nil ? "usage" : "utilization"
            throw AutoscalerProblem(text: "failed to get \(name) \(what): \(problem.text)")
        }
    }

    private func measuredResource(
        _ name: String, _ container: String?, _ target: MetricTarget
    ) throws -> (ReplicaProposal, MetricValueStatus) {
        guard !pods.isEmpty else {
            throw AutoscalerProblem(text: "no pods returned by selector while calculating replica count")
        }
        let usages = try usages.get()
        guard !usages.isEmpty else {
            throw AutoscalerProblem(
                text: "unable to get metrics for resource \(name): no metrics returned from resource metrics API")
        }
        let measured = MeasuredPods(pods, isProcessor: name == "cpu", now: now) { pod in
            guard let usage = usages[pod.name] else { return nil }
            let amounts =
                container.map { [usage.containers[$0]?[name]] } ?? usage.containers.values.map { $0[name] }
            guard !amounts.contains(where: { $0 == nil }) else { return nil }
            return (amounts.reduce(0) { $0 + ($1?.milliUnits ?? 0) }, usage)
        }
        if let percent = target.averageUtilization {
            let requests = try requests(name, container)
            let proposal = try measured.proposal(current: current, target: percent, requests: requests, tolerance)
            return (
                proposal,
                MetricValueStatus(
                    averageUtilization: proposal.utilization, averageValue: .thousandths(proposal.average))
            )
        }
        let amount = target.averageValue?.milliUnits ?? 0
        let proposal = try measured.proposal(current: current, target: amount, tolerance)
        return (proposal, MetricValueStatus(averageValue: .thousandths(proposal.average)))
    }

    private func requests(_ name: String, _ container: String?) throws(AutoscalerProblem) -> [String: Int] {
        var requests: [String: Int] = [:]
        for pod in pods {
            let sidecars = (pod.spec?.initContainers ?? []).filter { $0.restartPolicy == "Always" }
            for each in (pod.spec?.containers ?? []) + sidecars where container == nil || each.name == container {
                guard let amount = each.resources?.requests[name]?.milliUnits else {
                    throw AutoscalerProblem(text: "missing request for \(name) in container \(each.name) of Pod \(pod.name)")
                }
                requests[pod.name, default: 0] += amount
            }
        }
        return requests
    }

    private func podsMetric(_ metric: PodsMetricSource) async throws -> ReplicaProposal {
        var values: [String: Int] = [:]
        for pod in pods { values[pod.name] = try await source.value(of: metric.metric, pod: pod)?.milliUnits }
        guard !values.isEmpty else { throw AutoscalerProblem(text: Self.unknown(metric.metric)) }
        let measured = MeasuredPods(pods, isProcessor: false, now: now) { pod in values[pod.name].map { ($0, nil) } }
        return try measured.proposal(
            current: current, target: metric.target.averageValue?.milliUnits ?? 0, tolerance)
    }

    // MARK: of something else

    private func single(_ amount: Int, _ target: MetricTarget) -> (Int, MetricValueStatus) {
        if let average = target.averageValue?.milliUnits, average > 0 {
            let ratio = Double(amount) / (Double(average) * Double(max(1, current)))
            let replicas = tolerance.contains(ratio) ? current : MeasuredPods.ceiling(Double(amount) / Double(average))
            return (replicas, MetricValueStatus(averageValue: .thousandths(amount / max(1, current))))
        }
        let ratio = Double(amount) / Double(max(1, target.value?.milliUnits ?? 1))
        let status = MetricValueStatus(value: .thousandths(amount))
        if current == 0 { return (MeasuredPods.ceiling(ratio), status) }
        let ready = pods.count { $0.isReady && !$0.isBeingDeleted }
        return (tolerance.contains(ratio) ? current : MeasuredPods.ceiling(ratio * Double(ready)), status)
    }
}

extension Quantity {
    fileprivate static func thousandths(_ amount: Int) -> Quantity {
        let quantity = Quantity("\(amount)m") ?? .zero
        return quantity.canonical ?? quantity
    }
}

extension GoText {
    /// `%+v` of a selector.
    fileprivate static func selector(_ selector: LabelSelector?) -> String {
        guard let selector else { return "nil" }
        let labels = selector.matchLabels.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)," }.joined()
        return "&LabelSelector{MatchLabels:map[string]string{\(labels)},MatchExpressions:[]LabelSelectorRequirement{},}"
    }
}

extension HorizontalPodAutoscaler {
    fileprivate var tolerance: ScalingTolerance {
        func given(_ rules: HPAScalingRules?) -> Double? { rules?.tolerance?.milliUnits.map { Double($0) / 1000 } }
        return ScalingTolerance(
            down: given(spec.behavior?.scaleDown) ?? 0.1, up: given(spec.behavior?.scaleUp) ?? 0.1)
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import Synchronization
import Testing

@testable import ClawCluster

/// What the pods use, as the test says.
private final class Figures: UsageSource {
    private let cpu = Mutex<Quantity?>("100m")
    private let queue = Mutex<Quantity?>(nil)

    func set(cpu amount: Quantity?) { cpu.withLock { $0 = amount } }
    func set(queue length: Quantity?) { queue.withLock { $0 = length } }

    func usage(of pod: Pod) async throws -> PodUsage? {
        cpu.withLock { $0 }.map { PodUsage(containers: ["main": ["cpu": $0]], window: .zero) }
    }

    func values(ofExternal metric: MetricIdentifier, namespace: String) async throws -> [Quantity] {
        queue.withLock { $0 }.map { [$0] } ?? []
    }
}

@Suite("Autoscalers")
struct AutoscalerTests {
    private static func deployment(_ replicas: Int) -> Deployment {
        Deployment(
            metadata: ObjectMeta(name: "web", namespace: "default"),
            spec: DeploymentSpec(
                selector: LabelSelector(matchLabels: ["app": "web"]),
                template: PodTemplateSpec(
                    metadata: ObjectMeta(labels: ["app": "web"]),
                    spec: PodSpec(
                        containers: [
                            Container(
                                name: "main", image: "web:1", resources: ResourceRequirements(requests: ["cpu": "100m"]))
                        ])),
                replicas: replicas))
    }

    private static func autoscaler(
        _ metrics: [MetricSpec], behavior: HorizontalPodAutoscalerBehavior? = nil
    ) -> HorizontalPodAutoscaler {
        HorizontalPodAutoscaler(
            metadata: ObjectMeta(name: "web", namespace: "default"),
            spec: HorizontalPodAutoscalerSpec(
                maxReplicas: 10,
                scaleTargetRef: CrossVersionObjectReference(kind: "Deployment", name: "web", apiVersion: "apps/v1"),
                behavior: behavior, metrics: metrics, minReplicas: 1))
    }

    private static let cpu = MetricSpec(
        type: "Resource",
        resource: ResourceMetricSource(name: "cpu", target: MetricTarget(type: "Utilization", averageUtilization: 50)))
    private static let queue = MetricSpec(
        type: "External",
        external: ExternalMetricSource(
            metric: MetricIdentifier(name: "queue"), target: MetricTarget(type: "AverageValue", averageValue: "10")))

    /// Simulated nodes and virtual time, which the test lets pass.
    private func withFigures(
        _ body: @escaping @Sendable (SimulatedCluster, Figures) async throws -> Void
    ) async throws {
        let figures = Figures()
        try await withVirtualCluster(nodes: .init(count: 2), change: { $0.metrics = figures }) { cluster in
            try await body(cluster, figures)
        }
    }

    /// Its first look comes after a period.
    private func create(_ autoscaler: HorizontalPodAutoscaler, _ cluster: SimulatedCluster) async throws {
        _ = try await cluster.client.create(autoscaler)
        try await cluster.clock.advance(by: .seconds(16))
    }

    private func replicas(_ client: KubernetesClient) async throws -> Int? {
        try await client.get(Deployment.self, "web", in: "default").spec?.replicas
    }

    private func condition(_ client: KubernetesClient, _ type: String) async throws -> HorizontalPodAutoscalerCondition? {
        try await client.get(HorizontalPodAutoscaler.self, "web", in: "default").status?.conditions.first { $0.type == type }
    }

    @Test("twice the wanted use doubles the replicas; less use shrinks them, five minutes later")
    func utilization() async throws {
        try await withFigures { cluster, figures in
            let client = cluster.client
            _ = try await client.create(Self.deployment(2))
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.status?.readyReplicas == 2 }
            // What has only just become ready is not measured yet.
            try await cluster.clock.advance(by: .seconds(5))
            try await create(Self.autoscaler([Self.cpu]), cluster)
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.spec?.replicas == 4 }
            let scaled = try await client.waitFor(HorizontalPodAutoscaler.self, "web", in: "default") {
                $0.status?.desiredReplicas == 4
            }
            #expect(scaled.status?.currentReplicas == 2 && scaled.status?.lastScaleTime != nil)
            #expect(scaled.status?.currentMetrics.first?.resource?.current.averageUtilization == 100)
            #expect(scaled.status?.currentMetrics.first?.resource?.current.averageValue == "100m")
            #expect(try await condition(client, "AbleToScale")?.reason == "SucceededRescale")
            figures.set(cpu: "50m")
            try await cluster.clock.advance(by: .seconds(40))
            #expect(try await replicas(client) == 4)
            #expect(try await condition(client, "ScalingLimited")?.reason == "DesiredWithinRange")
            figures.set(cpu: "10m")
            try await cluster.clock.advance(by: .seconds(200))
            #expect(try await replicas(client) == 4)
            #expect(try await condition(client, "AbleToScale")?.reason == "ScaleDownStabilized")
            try await cluster.clock.advance(by: .seconds(140))
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.spec?.replicas == 1 }
            let events = try await client.waitForAll(Event.self) { events in
                events.count { $0.involvedObject.kind == "HorizontalPodAutoscaler" } >= 2
            }.filter { $0.involvedObject.kind == "HorizontalPodAutoscaler" }
            #expect(
                events.contains {
                    $0.message == "New size: 4; reason: cpu resource utilization (percentage of request) above target"
                })
        }
    }

    @Test("the figures are served to `kubectl top` too")
    func top() async throws {
        try await withFigures { cluster, _ in
            let client = cluster.client
            _ = try await client.create(Self.deployment(3))
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.status?.readyReplicas == 3 }
            let pods = try await client.topPods(in: "default")
            #expect(pods.count == 3 && pods.allSatisfy { $0.total("cpu") == "100m" })
            let nodes = try await client.topNodes()
            #expect(nodes.count == 2)
            #expect(nodes.compactMap { $0.used["cpu"] }.sum()?.milliUnits == 300)
        }
    }

    @Test("without figures nothing is changed, and the conditions say why")
    func missing() async throws {
        try await withFigures { cluster, figures in
            let client = cluster.client
            figures.set(cpu: nil)
            _ = try await client.create(Self.deployment(3))
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.status?.readyReplicas == 3 }
            try await create(Self.autoscaler([Self.cpu]), cluster)
            let failed = try await client.waitFor(HorizontalPodAutoscaler.self, "web", in: "default") {
                $0.status?.conditions.contains { $0.type == "ScalingActive" && $0.status == "False" } ?? false
            }
            let condition = failed.status?.conditions.first { $0.type == "ScalingActive" }
            #expect(condition?.reason == "FailedGetResourceMetric")
            #expect(
                condition?.message == "the HPA was unable to compute the replica count: failed to get cpu utilization: "
                    + "unable to get metrics for resource cpu: no metrics returned from resource metrics API")
            try await cluster.clock.advance(by: .seconds(60))
            #expect(try await replicas(client) == 3)
            // With one metric known it may grow, but not shrink.
            _ = try await client.edit(HorizontalPodAutoscaler.self, "web", in: "default") {
                $0.spec.metrics.append(Self.queue)
            }
            figures.set(queue: "10")
            try await cluster.clock.advance(by: .seconds(30))
            #expect(try await replicas(client) == 3)
            figures.set(queue: "55")
            try await cluster.clock.advance(by: .seconds(30))
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.spec?.replicas == 6 }
        }
    }

    @Test("policies say how fast: two pods a minute upwards, nothing downwards")
    func policies() async throws {
        try await withFigures { cluster, figures in
            let client = cluster.client
            figures.set(queue: "100")
            _ = try await client.create(Self.deployment(1))
            try await create(
                Self.autoscaler(
                    [Self.queue],
                    behavior: HorizontalPodAutoscalerBehavior(
                        scaleDown: HPAScalingRules(selectPolicy: "Disabled"),
                        scaleUp: HPAScalingRules(policies: [HPAScalingPolicy(value: 2, periodSeconds: 60, type: "Pods")]))),
                cluster)
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.spec?.replicas == 3 }
            #expect(try await condition(client, "ScalingLimited")?.reason == "ScaleUpLimit")
            try await cluster.clock.advance(by: .seconds(30))
            #expect(try await replicas(client) == 3)
            try await cluster.clock.advance(by: .seconds(50))
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.spec?.replicas == 5 }
            figures.set(queue: "10")
            try await cluster.clock.advance(by: .seconds(600))
            #expect(try await replicas(client) == 5)
        }
    }

    @Test("pods without figures count as busy when it shrinks and as idle when it grows", arguments: [
        // Use of the two measured pods, their target; replicas of three.
        (20, 100, 2), (100, 100, 3), (105, 100, 3), (300, 100, 6), (170, 100, 4),
    ])
    func caution(use: Int, target: Int, expected: Int) throws {
        let pods = ["a", "b", "c"].map { name in
            var pod = Pod(metadata: ObjectMeta(name: name))
            pod.status = PodStatus(phase: "Running")
            return pod
        }
        let measured = MeasuredPods(pods, isProcessor: false, now: Timestamp(seconds: 0)) { pod in
            pod.name == "c" ? nil : (use, nil)
        }
        #expect(try measured.proposal(current: 3, target: target, ScalingTolerance()).replicas == expected)
    }
}

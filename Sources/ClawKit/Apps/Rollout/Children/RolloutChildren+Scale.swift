import ClawKubernetes

extension RolloutChildren {
    /// None where nothing should run.
    var autoscaler: [HorizontalPodAutoscaler] {
        let scale = spec.horizontalScale
        guard !scale.isStopped else { return [] }
        let cpu = MetricSpec(
            type: "Resource",
            resource: ResourceMetricSource(
                name: "cpu", target: MetricTarget(type: "Utilization", averageUtilization: scale.targetCPU)))
        return [
            HorizontalPodAutoscaler(
                metadata: metadata(names.autoscaler),
                spec: HorizontalPodAutoscalerSpec(
                    maxReplicas: scale.maxReplicas,
                    scaleTargetRef: CrossVersionObjectReference(
                        kind: "Deployment", name: names.deployment, apiVersion: "apps/v1"),
                    behavior: HorizontalPodAutoscalerBehavior(
                        scaleDown: Self.doubling(every: 60, after: 300), scaleUp: Self.doubling(every: 15, after: 0)),
                    // Kubernetes has no autoscaler that goes down to 0 by its CPU.
                    metrics: [cpu], minReplicas: max(1, scale.minReplicas)))
        ]
    }

    private static func doubling(every period: Int, after stabilisation: Int) -> HPAScalingRules {
        HPAScalingRules(
            policies: [HPAScalingPolicy(value: 100, periodSeconds: period, type: "Percent")],
            stabilizationWindowSeconds: stabilisation)
    }
}

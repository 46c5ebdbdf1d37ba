import ClawBase
import ClawModels

enum ProbeKind: String, Sendable, Hashable, CaseIterable {
    case startup = "Startup", liveness = "Liveness", readiness = "Readiness"
}

/// A probe's numbers, with Kubernetes' defaults filled in.
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe>
struct ProbeSettings: Sendable, Hashable {
    var initialDelay: Duration
    var period: Duration
    var timeout: Duration
    var successThreshold: Int
    var failureThreshold: Int
    /// How long the process may take to end after a failed liveness or startup probe; nil: the pod's own.
    var gracePeriod: Duration?

    init(_ probe: Probe) {
        initialDelay = .seconds(max(0, probe.initialDelaySeconds ?? 0))
        period = .seconds(max(1, probe.periodSeconds ?? 10))
        timeout = .seconds(max(1, probe.timeoutSeconds ?? 1))
        successThreshold = max(1, probe.successThreshold ?? 1)
        failureThreshold = max(1, probe.failureThreshold ?? 3)
        gracePeriod = probe.terminationGracePeriodSeconds.map { .seconds(max(1, $0)) }
    }
}

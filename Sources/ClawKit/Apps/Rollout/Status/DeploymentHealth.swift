import ClawControl
import ClawKubernetes

/// How a rollout's Deployment and its pods are doing.
struct DeploymentHealth {
    let deployment: Deployment?
    /// Those that run or will, sorted by name: neither ended, nor about to go, nor a job's.
    let pods: [Pod]

    init(_ rollout: Rollout, _ observed: Observed) {
        deployment = observed[Deployment.self, RolloutNames(rollout).deployment]
        pods = observed.all(Pod.self).filter { pod in
            !pod.isBeingDeleted && !["Succeeded", "Failed"].contains(pod.status?.phase ?? "")
                && pod.metadata.controllerReference?.kind != "Job"
        }
    }

    /// The revision that the Deployment was made from.
    var revision: String? { deployment?.annotations[RolloutLabel.revision] }

    /// Whether its controller has seen it as it is now.
    private var isObserved: Bool {
        guard let deployment else { return false }
        return (deployment.status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
    }

    private var wanted: Int { deployment?.spec?.replicas ?? 1 }
    var available: Int { deployment?.status?.availableReplicas ?? 0 }

    /// All pods are of the present template, and available.
    var isComplete: Bool {
        guard isObserved, let status = deployment?.status else { return false }
        return (status.updatedReplicas ?? 0) == wanted && (status.replicas ?? 0) == wanted && available >= wanted
    }

    /// The pods did not come up within the Deployment's deadline.
    /// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment>
    var isLate: Bool {
        isObserved
            && deployment?.status?.conditions.contains {
                $0.type == "Progressing" && $0.status == "False" && $0.reason == "ProgressDeadlineExceeded"
            } ?? false
    }

    var word: Rollout.Health {
        let isUnready = pods.contains { pod in
            pod.status?.phase == "Running" && pod.status?.containerStatuses.contains { !$0.ready } ?? false
        }
        if isUnready { return .notReady }
        let isWaiting = pods.contains { ($0.status?.phase ?? "Pending") == "Pending" } || pods.isEmpty && wanted > 0
        return isWaiting ? .pending : .ok
    }

    var report: Rollout.DeploymentReport {
        Rollout.DeploymentReport(
            replicas: deployment?.status?.replicas ?? 0, podNames: pods.map(\.name),
            resources: .init(requests: sums(\.requests), limits: sums(\.limits)), status: word)
    }

    private func sums(_ amounts: KeyPath<ResourceRequirements, [String: Quantity]>) -> Rollout.Amounts {
        var (cpu, memory): (Int128, Int128) = (0, 0)
        for pod in pods {
            for container in pod.spec?.containers ?? [] {
                guard let given = container.resources?[keyPath: amounts] else { continue }
                cpu += given["cpu"]?.nanoUnits ?? 0
                memory += given["memory"]?.nanoUnits ?? 0
            }
        }
        return Rollout.Amounts(cpu: Self.decimal(cpu), memory: Self.decimal(memory))
    }

    /// As a decimal number without an exponent: `0.3`, `268435456`.
    static func decimal(_ nanos: Int128) -> String {
        let (whole, rest) = nanos.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest == 0 { return "\(whole)" }
        let digits = String(repeating: "0", count: 9 - "\(rest)".count) + "\(rest)"
        return "\(whole)." + String(digits.reversed().drop { $0 == "0" }.reversed())
    }
}

import ClawBase
import ClawControl
import ClawKubernetes

/// The status that fits what is there. Pure; the only time in it is that of a condition's last change.
struct RolloutReport {
    let rollout: Rollout
    let observed: Observed
    let choice: RevisionChoice?
    let health: DeploymentHealth

    init(_ rollout: Rollout, _ observed: Observed) {
        (self.rollout, self.observed) = (rollout, observed)
        choice = try? RevisionChoice(rollout, observed)
        health = DeploymentHealth(rollout, observed)
    }

    func status(now: Timestamp) -> Rollout.Status {
        // What others may have added stays.
        var status = rollout.status
        status.deployment = health.report
        status.services = services
        status.ingresses = ingresses
        status.volumes = volumes
        status.revision = revision
        status.observedGeneration = rollout.generation
        status.conditions = conditions(revision, now: now)
        return status
    }

    // MARK: what serves it

    private var services: [Rollout.ServiceReport] {
        let isReady = (health.deployment?.status?.readyReplicas ?? 0) > 0
        return observed.all(Service.self).map { service in
            Rollout.ServiceReport(
                name: service.name, ports: (service.spec?.ports ?? []).map(\.port), status: isReady ? .ok : .notReady)
        }
    }

    private var ingresses: [Rollout.IngressReport] {
        observed.all(Ingress.self).map { ingress in
            var hosts: [String] = []
            for host in (ingress.spec?.rules ?? []).compactMap(\.host) where !hosts.contains(host) {
                hosts.append(host)
            }
            return Rollout.IngressReport(
                name: ingress.name, hosts: hosts,
                isOperational: !(ingress.status?.loadBalancer?.ingress ?? []).isEmpty)
        }
    }

    private var volumes: [Rollout.VolumeReport] {
        observed.all(PersistentVolumeClaim.self).map { claim in
            let phase = claim.status?.phase ?? ""
            return Rollout.VolumeReport(
                name: claim.name, status: ["Bound", "Pending", "Lost"].contains(phase) ? phase : "Unknown")
        }
    }

    // MARK: revisions

    /// What is remembered of revisions from one look to the next.
    var revision: Rollout.RevisionReport {
        var report = rollout.status.revision
        guard let choice else { return report }
        let current = choice.current.name
        report.current = current
        report.running = health.revision
        report.serviceAccount = health.deployment?.spec?.template.spec?.serviceAccountName
        report.image = health.deployment?.spec?.template.spec?.containers.first?.image
        if report.failed != current { report.failed = nil }
        guard let running = health.revision else { return report }
        if isComplete {
            report.lastGood = running
            if report.failed == running { report.failed = nil }
        } else if running == current, health.isLate, choice.cause == .asWritten {
            report.failed = current
        }
        return report
    }

    /// The pods of the revision that should run are all there; at first the autoscaler has brought the least number.
    private var isComplete: Bool {
        guard health.isComplete, let choice, health.revision == choice.running.name else { return false }
        return health.available >= least
    }

    /// How many pods there should be at least.
    var least: Int {
        let scale = (choice?.running.spec ?? rollout.spec).horizontalScale
        return scale.isStopped ? 0 : max(1, scale.minReplicas)
    }
}

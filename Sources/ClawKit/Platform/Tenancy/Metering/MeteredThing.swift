import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawLedger
import ClawModels

/// Something of a project that is set aside for it as long as it is there: a pod, a volume.
struct MeteredThing: Sendable, Hashable {
    let uid: String
    var subject: UsageSubject
    /// The storage class of a volume.
    let item: String
    let begin: Timestamp
    /// nil while it is there.
    var end: Timestamp?
    /// In the meters' units, for each second.
    let rates: [UsageMeter: Int64]

    /// A pod from the moment a node took it up; nil before.
    /// What it asked for counts, not what it made of it.
    init?(_ pod: Pod) {
        guard let uid = pod.uid, let start = pod.status?.startTime.flatMap({ Timestamp(rfc3339: $0) }) else { return nil }
        let containers = pod.spec?.containers ?? []
        func sum(_ name: String, _ units: (Quantity) -> Int?) -> Int64 {
            containers.reduce(0) { sum, container in
                let asked = container.resources?.requests[name] ?? container.resources?.limits[name]
                return sum + Int64(asked.flatMap(units) ?? 0)
            }
        }
        self.uid = uid
        subject = UsageSubject(
            project: pod.namespace, user: pod.labels[RuntimeCell.userLabel], runtime: pod.labels["clawkit.dev/runtime"])
        item = ""
        begin = start
        end = Self.end(of: pod)
        rates = [
            .pod: 1, .cpu: sum("cpu") { $0.milliUnits },
            .memory: sum("memory") { $0.units.map { $0 / (1 << 20) } },
        ]
    }

    private static func end(of pod: Pod) -> Timestamp? {
        guard ["Succeeded", "Failed"].contains(pod.status?.phase ?? "") else { return nil }
        // One that was evicted has no containers that ended; its conditions tell when, or nothing does.
        let ends = (pod.status?.containerStatuses ?? []).compactMap { $0.state?.terminated?.finishedAt }
        let told = ends.isEmpty ? (pod.status?.conditions ?? []).compactMap(\.lastTransitionTime) : ends
        return (told + [pod.status?.startTime].compactMap(\.self)).compactMap { Timestamp(rfc3339: $0) }.max()
    }

    /// A volume from the moment it was asked for, once it is bound; nil before.
    init?(_ claim: PersistentVolumeClaim) {
        guard let uid = claim.uid, claim.status?.phase == "Bound",
            let begin = claim.metadata.creationTimestamp.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        let size = claim.status?.capacity["storage"] ?? claim.spec?.resources?.requests["storage"]
        self.uid = uid
        subject = UsageSubject(
            project: claim.namespace, user: claim.labels[RuntimeCell.userLabel],
            runtime: claim.labels["clawkit.dev/runtime"])
        item = claim.spec?.storageClassName ?? ""
        self.begin = begin
        end = nil
        rates = [.storage: Int64(size?.units.map { $0 / (1 << 20) } ?? 0)]
    }

    /// What it used in a window of time: a row for each meter. Whoever computes it, the same rows with the same ids.
    func rows(in window: Range<Timestamp>) -> [UsageRow] {
        let (from, until) = (max(begin, window.lowerBound), min(end ?? window.upperBound, window.upperBound))
        guard from < until else { return [] }
        let milliseconds = (until - from) / .milliseconds(1)
        return rates.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { meter, rate in
            let amount = Int64((Double(rate) * milliseconds / 1000).rounded())
            guard amount > 0 else { return nil }
            return UsageRow(
                id: "\(uid)/\(meter)/\(window.lowerBound.seconds)", at: until, subject: subject, meter: meter,
                item: item, cost: .zero, amount: amount)
        }
    }
}

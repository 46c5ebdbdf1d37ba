import ClawBase
import ClawModels
import ClawResources

/// What an endpoint's status says: pure. Conditions keep their time as long as they stay the same, so that nothing is
/// written where nothing has changed.
struct EndpointStatus {
    let status: ModelEndpointStatus

    init(_ endpoint: ModelEndpoint, findings: [Finding], router: ModelRouter, now: Timestamp) {
        var status = endpoint.status
        let name = endpoint.spec.name ?? endpoint.name
        status.model = name
        var conditions: [Condition] = []
        func add(_ type: String, _ isTrue: Bool?, _ reason: String, _ message: String) {
            let word = isTrue.map { $0 ? "True" : "False" } ?? "Unknown"
            let old = endpoint.status.conditions.first { $0.type == type }
            conditions.append(
                Condition(
                    type: type, status: word, reason: reason, message: message,
                    lastTransitionTime: old.flatMap { $0.status == word ? $0.lastTransitionTime : nil } ?? now.rfc3339(),
                    observedGeneration: endpoint.metadata.generation))
        }
        if let finding = findings.first {
            let words = findings.map(\.message).joined(separator: " ")
            add("Accepted", false, finding.code == .modelNameTaken ? "NameTaken" : "Invalid", String(words.prefix(4096)))
            add("Reachable", nil, "NotAccepted", "")
            status.upstreams = nil
        } else {
            add("Accepted", true, "Accepted", "")
            let all = (name.contains("*") ? [] : router.group(name)?.conditions(now: now)) ?? []
            // What rests after failures comes back by itself; only checks count here, so that statuses do not flutter.
            let well = all.filter { $0.complaint == nil }
            status.upstreams = name.contains("*") ? nil : "\(well.count)/\(all.count)"
            let checked = all.filter { $0.deployment.health != nil }
            if all.isEmpty, !name.contains("*") {
                add("Reachable", false, "NoUpstream", "None of its pods is ready.")
            } else if checked.isEmpty {
                add("Reachable", nil, "NotChecked", "No upstream has a health check.")
            } else if let bad = checked.first(where: { $0.complaint != nil }) {
                let isPart = checked.contains { $0.complaint == nil }
                let words = "\(bad.deployment.name): \(bad.complaint ?? "")"
                add("Reachable", isPart, isPart ? "PartlyReachable" : "Unreachable", String(words.prefix(1024)))
            } else if checked.contains(where: \.isChecked) {
                add("Reachable", true, "Reachable", "")
            } else {
                add("Reachable", nil, "NotYetChecked", "")
            }
        }
        status.conditions = conditions
        self.status = status
    }
}

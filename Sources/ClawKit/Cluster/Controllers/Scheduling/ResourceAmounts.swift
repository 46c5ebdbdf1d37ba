import ClawDocuments
import ClawModels

/// Amounts of resources in thousandths, by name: `cpu`, `memory`, `pods`, whatever nodes offer.
struct ResourceAmounts: Sendable, Hashable {
    private(set) var milli: [String: Int] = [:]

    init() {}

    init(_ quantities: [String: Quantity]) { milli = quantities.compactMapValues(\.milliUnits) }

    static func += (a: inout Self, b: Self) { a.milli.merge(b.milli, uniquingKeysWith: &+) }
    static func -= (a: inout Self, b: Self) { for (name, amount) in b.milli { a.milli[name, default: 0] -= amount } }

    /// The larger of both, by name.
    func max(_ other: Self) -> Self {
        var result = self
        result.milli.merge(other.milli, uniquingKeysWith: Swift.max)
        return result
    }

    /// The names, sorted, of what is asked for beyond what is left of `offered` after `taken`.
    func missing(from offered: Self, taken: Self) -> [String] {
        milli.filter { name, wanted in
            wanted > 0 && wanted > (offered.milli[name] ?? 0) - (taken.milli[name] ?? 0)
        }.keys.sorted()
    }

    var pods: Int { (milli["pods"] ?? 0) / 1000 }
}

extension Pod {
    /// What the pod asks of its node: all containers that run at the same time, or the largest moment of its
    /// initialization where that is more.
    /// <https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers>
    var requestedResources: ResourceAmounts {
        var total = ResourceAmounts()
        var largest = ResourceAmounts()
        for container in spec?.initContainers ?? [] {
            let request = ResourceAmounts(container.resources?.requests ?? [:])
            var moment = total
            moment += request
            largest = largest.max(moment)
            // A sidecar goes on beside all that follow.
            if container.restartPolicy == "Always" { total = moment }
        }
        for container in spec?.containers ?? [] { total += ResourceAmounts(container.resources?.requests ?? [:]) }
        total = total.max(largest)
        total += ResourceAmounts(spec?.overhead ?? [:])
        total += ResourceAmounts(["pods": "1"])
        return total
    }
}

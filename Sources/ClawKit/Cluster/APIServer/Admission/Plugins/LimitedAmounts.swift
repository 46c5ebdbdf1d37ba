import ClawDocuments
import ClawModels

/// What a container, a pod or a claim asks for, held against one item of a LimitRange.
struct LimitedAmounts {
    /// `Container`, `Pod` or `PersistentVolumeClaim`.
    let type: String
    var requests: [String: Quantity]
    var limits: [String: Quantity]

    init(type: String, requests: [String: Quantity], limits: [String: Quantity]) {
        (self.type, self.requests, self.limits) = (type, requests, limits)
    }

    /// All containers of a pod together, or its largest initialization where that is more; a pod's own amounts where
    /// it states them.
    init(sumOf pod: Pod) {
        self.init(type: "Pod", requests: [:], limits: [:])
        let spec = pod.spec
        for path in [\ResourceRequirements.requests, \.limits] {
            var total: [String: Quantity] = [:]
            for container in spec?.containers ?? [] {
                total.merge(container.resources?[keyPath: path] ?? [:]) { ($0 + $1) ?? $0 }
            }
            var sidecars: [String: Quantity] = [:]
            for container in spec?.initContainers ?? [] {
                let own = container.resources?[keyPath: path] ?? [:]
                if container.restartPolicy == "Always" {
                    total.merge(own) { ($0 + $1) ?? $0 }
                    sidecars.merge(own) { ($0 + $1) ?? $0 }
                } else {
                    let moment = own.merging(sidecars) { ($0 + $1) ?? $0 }
                    total.merge(moment) { $0 > $1 ? $0 : $1 }
                }
            }
            total.merge(spec?.resources?[keyPath: path] ?? [:]) { $1 }
            if path == \.requests { requests = total } else { limits = total }
        }
    }

    /// In the words of the LimitRanger.
    func problems(with item: LimitRangeItem) -> [String] {
        item.min.sorted { $0.key < $1.key }.compactMap { minimum($0.key, $0.value) }
            + item.max.sorted { $0.key < $1.key }.compactMap { maximum($0.key, $0.value) }
            + item.maxLimitRequestRatio.sorted { $0.key < $1.key }.compactMap { ratio($0.key, $0.value) }
    }

    /// Limits count only where there is one; claims have none.
    private func minimum(_ name: String, _ bound: Quantity) -> String? {
        let (request, limit) = (requests[name], limits[name])
        guard let request else { return "minimum \(name) usage per \(type) is \(bound).  No request is specified" }
        if request < bound { return "minimum \(name) usage per \(type) is \(bound), but request is \(request)" }
        if let limit, limit < bound { return "minimum \(name) usage per \(type) is \(bound), but limit is \(limit)" }
        return nil
    }

    private func maximum(_ name: String, _ bound: Quantity) -> String? {
        let (request, limit) = (requests[name], limits[name])
        if type == "PersistentVolumeClaim" {
            guard let request else { return "maximum \(name) usage per \(type) is \(bound), but no request is specified" }
            return request > bound ? "maximum \(name) usage per \(type) is \(bound), but request is \(request)" : nil
        }
        guard let limit else { return "maximum \(name) usage per \(type) is \(bound).  No limit is specified" }
        if limit > bound { return "maximum \(name) usage per \(type) is \(bound), but limit is \(limit)" }
        if let request, request > bound { return "maximum \(name) usage per \(type) is \(bound), but request is \(request)" }
        return nil
    }

    private func ratio(_ name: String, _ bound: Quantity) -> String? {
        guard let request = requests[name]?.nanoUnits, request != 0 else {
            return "\(name) max limit to request ratio per \(type) is \(bound), but no request is specified or request is 0"
        }
        guard let limit = limits[name]?.nanoUnits, limit != 0 else {
            return "\(name) max limit to request ratio per \(type) is \(bound), but no limit is specified or limit is 0"
        }
        let (observed, allowed) = (Double(limit) / Double(request), Double(bound.nanoUnits ?? 0) / 1e9)
        guard observed > allowed else { return nil }
        return "\(name) max limit to request ratio per \(type) is \(bound), but provided ratio is \(Self.fixed(observed))"
    }

    /// As Go's `%f`: six decimals.
    private static func fixed(_ value: Double) -> String {
        let millionths = Int((value * 1_000_000).rounded())
        let fraction = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }
}

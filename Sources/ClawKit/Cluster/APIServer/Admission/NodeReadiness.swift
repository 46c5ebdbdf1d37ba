import ClawDocuments

/// The taint that keeps pods away from nodes that are not ready. New nodes have it until they say that they are, which
/// in a cluster of many parts an admission plugin and the node controller see to.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition>
enum NodeReadiness {
    private static let key: JSON = "node.kubernetes.io/not-ready"

    static func taint(_ node: inout JSONObject) {
        guard !isReady(node) else { return }
        var spec = node[.spec]?.object ?? JSONObject()
        var taints = spec["taints"]?.array ?? []
        if !taints.contains(where: isOurs) { taints.append(["key": key, "effect": "NoSchedule"]) }
        spec["taints"] = .array(taints)
        node[.spec] = .object(spec)
    }

    static func settle(_ node: inout JSONObject) {
        guard let taints = node[.spec]?["taints"]?.array, taints.contains(where: isOurs), isReady(node) else { return }
        let left = taints.filter { !isOurs($0) }
        node.modify(.spec) { $0?["taints"] = left.isEmpty ? nil : .array(left) }
    }

    private static func isOurs(_ taint: JSON) -> Bool { taint["key"] == key && taint["effect"] == "NoSchedule" }

    private static func isReady(_ node: JSONObject) -> Bool {
        node[.status]?["conditions"]?.array?.contains { $0["type"] == "Ready" && $0["status"] == "True" } ?? false
    }
}

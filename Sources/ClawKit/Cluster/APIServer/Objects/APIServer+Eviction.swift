import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas
import HTTPTypes

/// Eviction: a deletion that keeps the promises of disruption budgets.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/>
extension APIServer {
    func evict(_ call: ResourceCall) async throws -> Response {
        let body = try await call.bodyValue()
        if let name = body["metadata"]?["name"]?.string, !name.isEmpty, name != call.name {
            throw APIStatus.badRequest("name in URL does not match name in Eviction object")
        }
        guard let entry = store.get(call.resource.collection, try call.key()) else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        try checkBudgets(of: entry.object, call)
        var request = call.request
        request.body = .value(body["deleteOptions"] ?? .object(JSONObject()))
        var target = call.target
        target.subresource = nil
        _ = try await delete(ResourceCall(request: request, target: target, resource: call.resource, user: call.user))
        return .document(
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201], status: .created)
    }

    /// Pods that do not run yet, or no longer, are nobody's loss.
    private func checkBudgets(of pod: JSONObject, _ call: ResourceCall) throws {
        let phase = pod[.status]?["phase"]?.string ?? "Pending"
        guard phase == "Running", !pod.isBeingDeleted else { return }
        let labels = Field(pod)["metadata"]["labels"]
        let budgets = store.list(.init(group: "policy", plural: "poddisruptionbudgets"), namespace: pod.objectNamespace)
            .objects
            .filter { SelectorRules.matches(Field($0)["spec"]["selector"], labels) }
        guard let budget = budgets.first else { return }
        if budgets.count > 1 {
            throw APIStatus.internalError(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
        }
        let counts = BudgetCounts(
            budget, pods: store.list(call.resource.collection, namespace: pod.objectNamespace).objects)
        guard counts.allowed < 1, counts.isHealthy(pod) || !counts.sparesUnhealthy else { return }
        var status = APIStatus(
            code: 429, reason: "TooManyRequests",
            message: "Cannot evict pod as it would violate the pod's disruption budget.")
        let needs =
            "The disruption budget \(budget.objectName) needs \(counts.desired) healthy pods and has \(counts.healthy) currently"
        status.details = ["causes": [["reason": "DisruptionBudget", "message": .string(needs)]]]
        throw status
    }
}

/// What a disruption budget asks for and what there is, counted from the pods themselves.
private struct BudgetCounts {
    let healthy: Int
    let desired: Int
    /// Whether pods that are not ready may go while the others suffice.
    let sparesUnhealthy: Bool
    var allowed: Int { healthy - desired }

    init(_ budget: JSONObject, pods: [JSONObject]) {
        let spec = Field(budget)["spec"]
        let covered = pods.filter { pod in
            !["Succeeded", "Failed"].contains(pod[.status]?["phase"]?.string ?? "")
                && SelectorRules.matches(spec["selector"], Field(pod)["metadata"]["labels"])
        }
        healthy = covered.filter { Self.isHealthy($0) && !$0.isBeingDeleted }.count
        if spec["maxUnavailable"].isSet {
            desired = max(0, covered.count - Self.count(spec["maxUnavailable"], of: covered.count))
        } else {
            desired = Self.count(spec["minAvailable"], of: covered.count)
        }
        sparesUnhealthy = spec["unhealthyPodEvictionPolicy"].string == "AlwaysAllow" || healthy >= desired
    }

    func isHealthy(_ pod: JSONObject) -> Bool { Self.isHealthy(pod) }

    private static func isHealthy(_ pod: JSONObject) -> Bool {
        pod[.status]?["conditions"]?.array?.contains { $0["type"] == "Ready" && $0["status"] == "True" } ?? false
    }

    /// Percentages are rounded up.
    private static func count(_ amount: Field, of total: Int) -> Int {
        if let number = amount.integer { return Int(number) }
        guard let percent = Int(amount.string.dropLast()) else { return 1 }
        return (total * percent + 99) / 100
    }
}

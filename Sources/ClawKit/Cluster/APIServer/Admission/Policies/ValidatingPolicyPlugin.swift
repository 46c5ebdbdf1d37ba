import ClawDocuments
import ClawExpressions
import ClawModels
import ClawSchemas

/// Refuses what validating admission policies refuse.
/// <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>
struct ValidatingPolicyPlugin: ValidatingPlugin {
    private static let group = "admissionregistration.k8s.io"
    private static let policies = ObjectStore.Collection(group: group, plural: "validatingadmissionpolicies")
    private static let bindings = ObjectStore.Collection(group: group, plural: "validatingadmissionpolicybindings")

    private let compiled = CompiledPolicies { ValidatingPolicy($0) }

    func concerns(_ request: AdmissionRequest) -> Bool {
        !request.store.isEmpty(Self.bindings) && !Self.isExempt(request)
    }

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        let bindings = request.store.list(Self.bindings, namespace: nil).objects
        guard !bindings.isEmpty else { return }
        let input = PolicyInput(object: object, request: request)
        var values: Bindings?
        var denial: (policy: String, binding: String, message: String, reason: String)?
        for document in request.store.list(Self.policies, namespace: nil).objects {
            let own = bindings.filter { $0[.spec]?["policyName"]?.string == document.objectName }
            guard !own.isEmpty else { continue }
            let policy = compiled.policy(document)
            guard policy.constraints.matches(input) else { continue }
            for binding in own where ResourceMatch(Field(binding)["spec"]["matchResources"]).matches(input) {
                let given = values ?? input.bindings()
                values = given
                let actions = Field(binding)["spec"]["validationActions"].strings
                for case .denied(let message, let reason) in decisions(policy, binding, given, request) {
                    if actions.contains("Warn") {
                        request.warn(
                            "Validation failed for ValidatingAdmissionPolicy '\(policy.name)' with binding "
                                + "'\(binding.objectName)': \(message)")
                    }
                    if actions.contains("Deny"), denial == nil {
                        denial = (policy.name, binding.objectName, message, reason)
                    }
                }
            }
        }
        if let denial {
            throw Self.refusal(
                "ValidatingAdmissionPolicy '\(denial.policy)' with binding '\(denial.binding)' denied request: \(denial.message)",
                denial.reason, input)
        }
    }

    private func decisions(
        _ policy: ValidatingPolicy, _ binding: JSONObject, _ values: Bindings, _ request: AdmissionRequest
    ) -> [ValidatingPolicy.Decision] {
        do {
            let parameters = PolicyParameters { PolicyKinds.find($0, $1, request.store) }
            let objects = try parameters.collect(
                kind: policy.parameterKind, reference: Field(binding)["spec"]["paramRef"], request)
            return objects.flatMap { policy.decide(values, parameter: $0) }
        } catch {
            return policy.admitsOnError
                ? [] : [.denied(message: "failed to configure binding: \(error.text)", reason: "")]
        }
    }

    /// Policies are not about themselves, or nobody could mend one.
    static func isExempt(_ request: AdmissionRequest) -> Bool {
        request.type.group == group && request.type.plural.contains("admissionpolic")
    }

    private static func refusal(_ message: String, _ reason: String, _ input: PolicyInput) -> APIStatus {
        var status = APIStatus.forbidden(input.request.call.resource.subject, input.name, message)
        status.reason = reason.isEmpty ? "Invalid" : reason
        let codes = ["Forbidden": 403, "Unauthorized": 401, "RequestEntityTooLarge": 413]
        status.code = codes[status.reason] ?? 422
        status.details?["causes"] = [["message": .string(message)]]
        return status
    }
}

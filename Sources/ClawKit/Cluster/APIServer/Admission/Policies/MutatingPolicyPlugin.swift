import ClawDocuments
import ClawExpressions
import ClawModels
import ClawSchemas

/// Changes objects as mutating admission policies want it.
/// <https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/>
struct MutatingPolicyPlugin: MutatingPlugin {
    private static let group = "admissionregistration.k8s.io"
    private static let policies = ObjectStore.Collection(group: group, plural: "mutatingadmissionpolicies")
    private static let bindings = ObjectStore.Collection(group: group, plural: "mutatingadmissionpolicybindings")

    private let compiled = CompiledPolicies { MutatingPolicy($0) }

    /// One policy, as one binding applies it with one parameter.
    private struct Invocation {
        let policy: MutatingPolicy
        let binding: String
        let parameter: JSONObject?
    }

    func concerns(_ request: AdmissionRequest) -> Bool {
        !request.store.isEmpty(Self.bindings) && !ValidatingPolicyPlugin.isExempt(request)
    }

    func admit(_ object: inout JSONObject, _ request: AdmissionRequest) async throws {
        let bindings = request.store.list(Self.bindings, namespace: nil).objects
        guard !bindings.isEmpty else { return }
        var problems: [String] = []
        let invocations = invocations(bindings, object, request, &problems)
        var lastChange: Int?
        for (index, invocation) in invocations.enumerated() {
            if invoke(invocation, &object, request, &problems) { lastChange = index }
        }
        // Who wants to see what others changed after him is asked once more.
        for (index, invocation) in invocations.enumerated()
        where invocation.policy.isReinvoked && index < lastChange ?? 0 {
            _ = invoke(invocation, &object, request, &problems)
        }
        guard let first = problems.first else { return }
        var status = APIStatus.forbidden(request.call.resource.subject, object.objectName, first)
        (status.message, status.reason, status.code) = (first, "Invalid", 422)
        status.details?["causes"] = .array(problems.map { ["message": .string($0)] })
        throw status
    }

    private func invocations(
        _ bindings: [JSONObject], _ object: JSONObject, _ request: AdmissionRequest, _ problems: inout [String]
    ) -> [Invocation] {
        var invocations: [Invocation] = []
        let input = PolicyInput(object: object, request: request)
        for document in request.store.list(Self.policies, namespace: nil).objects {
            let own = bindings.filter { $0[.spec]?["policyName"]?.string == document.objectName }
            guard !own.isEmpty else { continue }
            let policy = compiled.policy(document)
            guard policy.constraints.matches(input) else { continue }
            for binding in own where ResourceMatch(Field(binding)["spec"]["matchResources"]).matches(input) {
                do {
                    let parameters = PolicyParameters { PolicyKinds.find($0, $1, request.store) }
                    invocations += try parameters.collect(
                        kind: policy.parameterKind, reference: Field(binding)["spec"]["paramRef"], request
                    ).map { Invocation(policy: policy, binding: binding.objectName, parameter: $0) }
                } catch {
                    if policy.ignoresFailures { continue }
                    problems.append(
                        Self.text(policy, binding.objectName, "failed to configure binding: \(error.text)"))
                }
            }
        }
        return invocations
    }

    private static func text(_ policy: MutatingPolicy, _ binding: String, _ problem: String) -> String {
        "policy '\(policy.name)' with binding '\(binding)' denied request: \(problem)"
    }

    /// Returns whether the object has changed.
    private func invoke(
        _ invocation: Invocation, _ object: inout JSONObject, _ request: AdmissionRequest, _ problems: inout [String]
    ) -> Bool {
        let bindings = PolicyInput(object: object, request: request).bindings()
        do {
            guard
                var changed = try invocation.policy.mutate(
                    object, bindings, parameter: invocation.parameter, request.call.resource)
            else { return false }
            if request.operation != .connect { Defaults.apply(to: &changed, request.type) }
            defer { object = changed }
            return changed != object
        } catch {
            if !invocation.policy.ignoresFailures {
                problems.append(Self.text(invocation.policy, invocation.binding, error.text))
            }
            return false
        }
    }
}

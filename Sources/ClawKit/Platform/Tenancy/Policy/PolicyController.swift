import ClawBase
public import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// Says of each policy whether it fits below those above it, and keeps what enforces them in the cluster.
public struct PolicyController: Sendable {
    private let policies: ObjectCache<Policy>
    private let projects: ObjectCache<Project>
    private let admission: ObjectCache<ValidatingAdmissionPolicy>
    private let bindings: ObjectCache<ValidatingAdmissionPolicyBinding>
    private let desired: DesiredState
    private let review: PolicyReview
    private let caches: SharedCaches

    public init(caches: SharedCaches) {
        self.caches = caches
        policies = caches.cache(Policy.self)
        projects = caches.cache(Project.self)
        review = PolicyReview(caches)
        admission = caches.cache(ValidatingAdmissionPolicy.self)
        bindings = caches.cache(ValidatingAdmissionPolicyBinding.self)
        desired = DesiredState(caches.api, manager: "clawkit-policies")
    }

    public func controller(logger: Logger) -> Controller {
        let policies = policies
        let all: @Sendable () -> [ObjectKey] = { policies.all.map { ObjectKey($0) } }
        return Controller("policies", caches: caches, logger: logger) { key in
            guard let policy = policies[key], !policy.isBeingDeleted else { return .settled }
            // Before anybody hears that a policy is accepted, it is enforced.
            try await enforce()
            try await report(policy)
            return .settled
        }
        .reconciles(Policy.self)
        // What is above another one may allow less now.
        .watches(Policy.self, when: .changed("spec")) { policy in
            if case .user = PolicyLayer(policy.name) { return [] }
            return all()
        }
        .watches(Project.self, when: .changed("spec")) { project in
            all().filter { PolicyLayer($0.name)?.isOf(project: project.name) ?? false }
        }
        .watches(ValidatingAdmissionPolicy.self) { PolicyAdmission.isOurs($0.name) ? Array(all().prefix(1)) : [] }
        .watches(ValidatingAdmissionPolicyBinding.self) {
            PolicyAdmission.isOurs($0.name) ? Array(all().prefix(1)) : []
        }
        .needs(Permission(["update"], Policy.type, part: "status"))
        .needs(.managing(ValidatingAdmissionPolicy.type))
        .needs(.managing(ValidatingAdmissionPolicyBinding.type))
    }

    private func enforce() async throws {
        for policy in PolicyAdmission.policies {
            try await desired.apply(policy, live: admission.get(policy.name))
        }
        for binding in PolicyAdmission.bindings {
            try await desired.apply(binding, live: bindings.get(binding.name))
        }
    }

    // MARK: the status

    private func report(_ policy: Policy) async throws {
        let finding = review.finding(policy)
        let status = finding == nil ? "True" : "False"
        let old = policy.status.conditions.first { $0.type == "Accepted" }
        var changed = policy
        changed.status.conditions = [
            Condition(
                type: "Accepted", status: status, reason: Self.reason(finding), message: finding?.message ?? "",
                lastTransitionTime: old.flatMap { $0.status == status ? $0.lastTransitionTime : nil }
                    ?? caches.time.now.rfc3339(),
                observedGeneration: policy.metadata.generation)
        ]
        guard changed.status != policy.status else { return }
        do {
            _ = try await caches.api.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, or changed meanwhile: the change asks for this policy again.
        }
    }

    private static func reason(_ finding: Finding?) -> String {
        switch finding?.code {
        case nil: "AsExpected"
        case .policyWidens: "Widens"
        case .policyUnknown: "UnknownRule"
        default: "Invalid"
        }
    }
}

extension PolicyLayer {
    /// The layers above, from the widest.
    /// - Parameter tenant: a project's tenant; nil where there is no such project.
    func above(tenant: (String) -> String?) -> [PolicyLayer] {
        switch self {
        case .platform: []
        case .tenant: [.platform]
        case .project(let name): [.platform] + (tenant(name).map { [.tenant($0)] } ?? [])
        case .user(_, let project): [.platform] + (tenant(project).map { [.tenant($0)] } ?? []) + [.project(project)]
        }
    }

    func isOf(project: String) -> Bool {
        switch self {
        case .project(let name), .user(_, let name): name == project
        case .platform, .tenant: false
        }
    }
}

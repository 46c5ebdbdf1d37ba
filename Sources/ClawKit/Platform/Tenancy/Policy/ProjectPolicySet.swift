import ClawBase
import ClawKubernetes
import ClawResources

/// The policies that hold in a project, and for single users of it.
struct ProjectPolicySet {
    /// What holds for everybody.
    let common: LayeredPolicy
    private let project: String
    private let users: [(name: String, policy: LayeredPolicy)]

    /// - Throws: ``Finding`` where one cannot be understood.
    init(_ project: Project, _ policies: [Policy]) throws(Finding) {
        self.project = project.name
        let layers = PolicyLayer.all(tenant: project.tenant, project: project.name)
        let shared = layers.compactMap { layer in policies.first { $0.name == layer.description } }
        common = try LayeredPolicy(shared)
        var users: [(name: String, policy: LayeredPolicy)] = []
        for policy in policies {
            guard case .user(let name, project.name) = PolicyLayer(policy.name) else { continue }
            users.append((name, try LayeredPolicy(shared + [policy])))
        }
        self.users = users
    }

    /// As the cluster keeps them: none where nothing is said.
    var effective: [EffectivePolicy] {
        (common.rules.document.isEmpty ? [] : [object("project", nil, common)])
            + users.map { object("user.\($0.name)", $0.name, $0.policy) }
    }

    private func object(_ name: String, _ user: String?, _ policy: LayeredPolicy) -> EffectivePolicy {
        EffectivePolicy(
            metadata: ObjectMeta(name: name, namespace: project), user: user, rules: policy.rules,
            sources: policy.sources)
    }
}

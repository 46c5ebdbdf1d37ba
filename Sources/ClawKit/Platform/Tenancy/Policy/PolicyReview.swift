import ClawBase
import ClawControl
import ClawKubernetes
import ClawResources

/// Whether a policy fits below those above it, as the caches know them.
struct PolicyReview: Sendable {
    private let policies: ObjectCache<Policy>
    private let projects: ObjectCache<Project>

    init(_ caches: SharedCaches) {
        (policies, projects) = (caches.cache(Policy.self), caches.cache(Project.self))
    }

    /// What is wrong with it, nil where nothing is: `E_POLICY_WIDENS`, `E_POLICY_UNKNOWN`, `E_POLICY_INVALID`.
    func finding(_ policy: Policy) -> Finding? {
        do {
            return try LayeredPolicy(above(policy) + [policy]).wideningFindings.first
        } catch {
            return error
        }
    }

    /// Those of the layers above that can be understood: each answers for itself.
    private func above(_ policy: Policy) -> [Policy] {
        guard let layer = PolicyLayer(policy.name) else { return [] }
        let layers = layer.above { projects.get($0)?.tenant }
        return layers.compactMap { policies.get($0.description) }.filter { (try? LayeredPolicy([$0])) != nil }
    }
}

public import ClawBase
public import ClawResources

/// What holds for a project, or for a user in it: what every layer of policy allows.
public struct LayeredPolicy: Sendable, Hashable {
    private struct Layer: Sendable, Hashable {
        let layer: PolicyLayer
        let rules: PolicyRules
    }

    private let layers: [Layer]
    let effective: PolicyRules

    /// Nothing is said, everything allowed.
    public init() { (layers, effective) = ([], PolicyRules()) }

    /// - Parameter policies: of layers that hold together, from the widest.
    /// - Throws: ``Finding`` (`E_POLICY_UNKNOWN`, `E_POLICY_INVALID`, `E_NAME`): of a policy that cannot be understood
    ///   nobody knows what it forbids.
    public init(_ policies: [Policy]) throws(Finding) {
        var layers: [Layer] = []
        for policy in policies {
            guard let layer = PolicyLayer(policy.name) else {
                throw Finding(
                    .badName, "'\(policy.name)' binds nobody; name a policy platform, tenant.NAME, project.NAME or "
                        + "user.PROJECT.NAME.", field: "metadata.name")
            }
            do {
                layers.append(Layer(layer: layer, rules: try PolicyRules(policy.spec)))
            } catch {
                var finding = error
                finding.message = "Policy \(policy.name): \(error.message)"
                throw finding
            }
        }
        self.layers = layers
        effective = layers.reduce(PolicyRules()) { $0.narrowed(by: $1.rules) }
    }

    /// What every layer allows.
    public var rules: PolicySpec { effective.spec }

    /// Which layers say something of each rule.
    public var sources: [PolicySource] {
        effective.stated.flatMap { rule in
            layers.filter { $0.rules[rule] != nil }.map {
                PolicySource(rule: rule.rawValue, layer: $0.layer.description)
            }
        }
    }

    /// By which rules the last layer allows more than those above it.
    public var wideningFindings: [Finding] {
        guard let last = layers.last else { return [] }
        return layers.dropLast().flatMap { last.rules.findings(of: last.layer, under: $0.rules, $0.layer) }
    }

    func refusal(_ rule: LayerRule, _ what: String, field: String? = nil) -> Finding {
        let sayers = layers.filter { $0.rules[rule] != nil }.map(\.layer.description).joined(separator: ", ")
        return Finding(
            .policyRefused, "\(what) (\(rule.rawValue) of \(sayers)).", field: field,
            details: ["rule": rule.rawValue, "layers": sayers])
    }
}

public import ClawCustomResources

/// What holds in a project, or for one user of it: what all layers allow, and which of them says so.
///
/// Made by the platform of the ``Policy`` objects and changed back where somebody changes it. The admission policy
/// `policy.clawkit.dev` refuses by it what a cluster is asked for.
public struct EffectivePolicy: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "EffectivePolicy", plural: "effectivepolicies")
    public static let summary = "What holds in a project, or for one user of it, of what the layers of policy allow."
    public static let properties = [Property("spec", EffectivePolicySpec.self)]
    public static let columns = [PrinterColumn("User", "string", ".spec.user"), .age]

    public init(metadata: ObjectMeta, user: String?, rules: PolicySpec, sources: [PolicySource]) {
        self.init(metadata)
        self["spec"] = EffectivePolicySpec(user: user, rules: rules, sources: sources)
    }

    public var spec: EffectivePolicySpec { self["spec"] }
}

public struct EffectivePolicySpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("user", String?.self, "Whom it binds; all of the project if absent."),
        Property("rules", PolicySpec.self, "What holds."),
        Property("sources", [PolicySource].self, "Which layers say so.", .map(keys: "rule", "layer")),
    ]

    public init(user: String?, rules: PolicySpec, sources: [PolicySource]) {
        document = JSONObject()
        self["user"] = user
        self["rules"] = rules
        self["sources"] = sources
    }

    public var user: String? { self["user"] }
    public var rules: PolicySpec { self["rules"] }
    public var sources: [PolicySource] { self["sources"] }
}

/// That a layer states a rule.
public struct PolicySource: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("rule", String.self, "As images.registries."), Property("layer", String.self, "The policy's name."),
    ]

    public init(rule: String, layer: String) { document = ["rule": .string(rule), "layer": .string(layer)] }

    public var rule: String { self["rule"] }
    public var layer: String { self["layer"] }
}

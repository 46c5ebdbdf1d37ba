public import ClawCustomResources

public struct ProjectSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("tenant", .string, mayBeAbsent: false, description: "The tenant it belongs to.", Constraint.label),
        Property("displayName", String?.self, "What people call it."),
        Property(
            "quota", [String: Quantity].self,
            "What all its objects together may ask for, in the names of a ResourceQuota: requests.cpu, pods …"),
        Property("containerDefaults", ContainerDefaults?.self, "What containers get that say nothing of it."),
        Property("security", PodSecurity.self, "What its pods may do on their nodes.", default: .baseline),
        Property("network", ProjectNetwork?.self, "Whom its pods may talk to."),
    ]

    public init(tenant: String) { document = ["tenant": .string(tenant)] }

    public var tenant: String { self["tenant"] }
    public var displayName: String? {
        get { self["displayName"] }
        set { self["displayName"] = newValue }
    }
    public var quota: [String: Quantity] {
        get { self["quota"] }
        set { self["quota"] = newValue }
    }
    public var containerDefaults: ContainerDefaults? {
        get { self["containerDefaults"] }
        set { self["containerDefaults"] = newValue }
    }
    public var security: PodSecurity {
        get { self["security", default: .baseline] }
        set { self["security"] = newValue }
    }
    public var network: ProjectNetwork {
        get { self["network"] ?? ProjectNetwork() }
        set { self["network"] = newValue }
    }
}

/// What the pods of a project may do on their nodes.
/// <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
public enum PodSecurity: String, SchemaEnum {
    /// Anything.
    case privileged
    /// Nothing by which a container is known to become its node.
    case baseline
    /// Only what hardened programs need.
    case restricted
}

/// What containers get that say nothing of it. <https://kubernetes.io/docs/concepts/policy/limit-range/>
public struct ContainerDefaults: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("requests", [String: Quantity].self, "What they ask for."),
        Property("limits", [String: Quantity].self, "What they get at most."),
    ]

    public init(requests: [String: Quantity] = [:], limits: [String: Quantity] = [:]) {
        document = JSONObject()
        self["requests"] = requests
        self["limits"] = limits
    }

    public var requests: [String: Quantity] {
        get { self["requests"] }
        set { self["requests"] = newValue }
    }
    public var limits: [String: Quantity] {
        get { self["limits"] }
        set { self["limits"] = newValue }
    }
}

/// Whom the pods of a project may talk to, where the cluster's network obeys NetworkPolicies.
public struct ProjectNetwork: SchemaView {
    public enum Isolation: String, SchemaEnum {
        /// Only what is named reaches its pods.
        case isolated
        /// No policies: whatever the cluster lets through.
        case open
    }

    public enum Egress: String, SchemaEnum {
        /// Public addresses, but no private ones and no cloud's metadata service.
        case internet
        /// The project's own pods, the platform and the cluster's DNS.
        case platform
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("isolation", Isolation.self, "Whether others are kept out.", default: .isolated),
        Property("egress", Egress.self, "How far its pods reach.", default: .internet),
        Property(
            "ingressFrom", [String].self, "The namespaces whose pods may reach its pods: an ingress controller's.",
            .set),
    ]

    public init(isolation: Isolation = .isolated, egress: Egress = .internet, ingressFrom: [String] = []) {
        document = JSONObject()
        self["isolation"] = isolation
        self["egress"] = egress
        self["ingressFrom"] = ingressFrom
    }

    public var isolation: Isolation { self["isolation", default: .isolated] }
    public var egress: Egress { self["egress", default: .internet] }
    public var ingressFrom: [String] { self["ingressFrom"] }
}

public import ClawCustomResources

/// The rules of a policy. A rule that is absent says nothing; a list that is empty allows nothing.
public struct PolicySpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("images", PolicyImages?.self, "What containers are made of."),
        Property("containers", PolicyContainers?.self, "How much one container gets."),
        Property("volumes", PolicyVolumes?.self, "How much one volume holds."),
        Property("network", PolicyNetwork?.self, "Whom pods talk to."),
        Property("security", PodSecurity?.self, "The least strict Pod Security level of a project."),
        Property("models", PolicyModels?.self, "Which models are called, and for how much."),
        Property("tools", [PolicyTool].self, "What agents do with their tools.", .map(keys: "name"), .count(...256)),
        Property("lifetime", PolicyLifetime?.self, "How long runtimes run."),
        Property("placement", PolicyPlacement?.self, "Where things run."),
    ]

    public var security: PodSecurity? {
        get { self["security"] }
        set { self["security"] = newValue }
    }
}

public struct PolicyImages: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property(
            "registries", [String]?.self,
            "Where images come from: registries, or paths in one, as ghcr.io/acme; docker.io/library for what names none.",
            .set, .count(...64)),
        Property("digests", Digests?.self, "Whether an image is named by its digest."),
    ]

    public enum Digests: String, SchemaEnum {
        case optional = "Optional", required = "Required"
    }
}

public struct PolicyContainers: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("limits", [String: Quantity]?.self, "The highest limit of a container, by resource: cpu, memory …")
    ]
}

public struct PolicyVolumes: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [Property("size", Quantity?.self, "The largest volume.")]
}

public struct PolicyNetwork: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("isolation", ProjectNetwork.Isolation?.self, "Whether projects must keep others out."),
        Property("egress", ProjectNetwork.Egress?.self, "How far pods reach at most."),
    ]
}

public struct PolicyModels: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property(
            "names", [String]?.self, "Aliases of models; one that ends with * stands for all that begin so.", .set,
            .count(...256)),
        Property(
            "budgets", [PolicyBudget].self, "What the layer may spend in all.", .map(keys: "window"), .count(...8)),
    ]
}

/// How much may be spent in a window of time.
public struct PolicyBudget: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property(
            "window", String.self,
            "forever, minute, hour, day or month, with a time zone as month@Europe/Berlin, or 3600s."),
        Property("cost", String?.self, "Dollars, as \"12.50\".", .pattern("^[0-9]{1,9}([.][0-9]{1,9})?$")),
        Property("tokens", Int?.self, .range(0...)),
        Property("requests", Int?.self, .range(0...)),
    ]
}

/// What agents may do with tools of a name.
public struct PolicyTool: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("name", String.self, "A tool, or with * at its end all that begin so.", .length(1...128)),
        Property("verdict", Verdict.self, "What happens when an agent wants to use one."),
    ]

    /// From the strictest.
    public enum Verdict: String, SchemaEnum {
        case deny, ask, allow
    }
}

public struct PolicyLifetime: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("runningSeconds", Int?.self, "How long a runtime runs before it is put to sleep.", .range(60...))
    ]
}

public struct PolicyPlacement: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("clusters", [String]?.self, "The clusters.", .set, .count(...256)),
        Property("regions", [String]?.self, "The regions of clusters.", .set, .count(...256)),
    ]
}

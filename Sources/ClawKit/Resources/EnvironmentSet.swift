public import ClawCustomResources

/// Environment variables for the runtimes of the whole platform, of a project, or of one user in a project.
///
/// Its name says for whom: `platform` (in the namespace `clawkit-system`), `project`, `user.ada` (in the project's
/// namespace). A narrower set goes over a wider one, see Docs/environment.md.
public struct EnvironmentSet: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "EnvironmentSet", shortNames: ["envset"])
    public static let summary = "Environment variables for the runtimes of the platform, a project or a user in it."
    public static let properties = [
        Property("spec", EnvironmentSpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let rules = [
        SchemaRule(
            "self.metadata.name.matches('^(platform|project|user[.][a-z0-9-]+)$')",
            "name whom the variables are for: platform, project, or user.NAME")
    ]
    public static let columns = [
        PrinterColumn("Accepted", "string", #".status.conditions[?(@.type=="Accepted")].status"#),
        PrinterColumn("Message", "string", #".status.conditions[?(@.type=="Accepted")].message"#, priority: 1), .age,
    ]

    public init(name: String, in namespace: String, spec: EnvironmentSpec = EnvironmentSpec()) {
        self.init(ObjectMeta(name: name, namespace: namespace))
        self.spec = spec
    }

    public var spec: EnvironmentSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: ConditionedStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

public struct EnvironmentSpec: SchemaView {
    public enum Rotation: String, SchemaEnum {
        /// Another secret value replaces the program.
        case restart = "Restart"
        /// Another secret value reaches the program's files, and the program goes on.
        case reload = "Reload"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("variables", [EnvironmentVariable].self, "What is set.", .map(keys: "name"), .count(...256)),
        Property("locked", [String].self, "Names that no narrower layer may set.", .set, .count(...256)),
        Property("rotation", Rotation?.self, "What happens when a secret changes at its source; Restart if nobody says."),
        Property("reload", EnvironmentReload?.self, "How a program hears of it where rotation is Reload; not at all if nobody says."),
        Property(
            "refreshSeconds", Int?.self, "How often sources are asked; 60 if nobody says.", .range(5...86_400)),
    ]

    public var variables: [EnvironmentVariable] {
        get { self["variables"] }
        set { self["variables"] = newValue }
    }
    public var locked: [String] {
        get { self["locked"] }
        set { self["locked"] = newValue }
    }
    public var rotation: Rotation? {
        get { self["rotation"] }
        set { self["rotation"] = newValue }
    }
    public var reload: EnvironmentReload? {
        get { self["reload"] }
        set { self["reload"] = newValue }
    }
    public var refreshSeconds: Int? {
        get { self["refreshSeconds"] }
        set { self["refreshSeconds"] = newValue }
    }
}

/// How a program hears that the values in its files are others: by a signal, or by a request of its own.
public struct EnvironmentReload: SchemaView {
    public enum Signal: String, SchemaEnum { case hup = "HUP", usr1 = "USR1", usr2 = "USR2" }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("signal", Signal?.self, "Sent to the program; its container needs a shell."),
        Property("path", String?.self, "POSTed to at the program's port.", .length(1...512), .pattern("^/[!-~]*$")),
    ]
    public static let rules = [
        SchemaRule("has(self.signal) != has(self.path)", "a reload is by a signal or by a path")
    ]

    public init(signal: Signal) { document = ["signal": .string(signal.rawValue)] }
    public init(path: String) { document = ["path": .string(path)] }

    public var signal: Signal? { self["signal"] }
    public var path: String? { self["path"] }
}

/// A variable with its value, or where its value is kept.
public struct EnvironmentVariable: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("name", String.self, .length(1...128), .pattern("^[A-Za-z_][A-Za-z0-9_]*$")),
        Property("value", String?.self, "In clear; for what is no secret.", .length(...32_768)),
        Property("secret", SecretEntry?.self, "An entry of a Secret in the same namespace."),
        Property("file", String?.self, "A file of the orchestrator's machine; for the platform's own layer only."),
        Property(
            "environment", String?.self,
            "A variable of the orchestrator's environment; for the platform's own layer only."),
        Property("vault", VaultEntry?.self, "An entry of a secret in a SecretStore."),
    ]
    public static let rules = [
        SchemaRule(
            "[has(self.value), has(self.secret), has(self.file), has(self.environment), has(self.vault)].filter(p, p).size() == 1",
            "a variable has exactly one of value, secret, file, environment and vault")
    ]

    public init(_ name: String, value: String) {
        document = ["name": .string(name), "value": .string(value)]
    }
    public init(_ name: String, secret: String, key: String) {
        document = ["name": .string(name), "secret": ["name": .string(secret), "key": .string(key)]]
    }
    public init(_ name: String, vault store: String, path: String, key: String) {
        document = [
            "name": .string(name),
            "vault": ["store": .string(store), "path": .string(path), "key": .string(key)],
        ]
    }

    public var name: String { self["name"] }
    public var value: String? { self["value"] }
    public var secret: SecretEntry? { self["secret"] }
    public var file: String? { self["file"] }
    public var environment: String? { self["environment"] }
    public var vault: VaultEntry? { self["vault"] }
}

/// An entry of a Secret.
public struct SecretEntry: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("name", String.self, .length(1...253)), Property("key", String.self, .length(1...253)),
    ]
    public var name: String { self["name"] }
    public var key: String { self["key"] }
}

/// An entry of a secret in a ``SecretStore``.
public struct VaultEntry: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    /// No `.` or `..`, which some servers read as a way out of the mount.
    private static let segment = "([^/.?#%][^/?#%]*|[.][^/.?#%][^/?#%]*|[.][.][^/?#%]+)"
    public static let properties = [
        Property("store", .string, mayBeAbsent: false, description: "The SecretStore.", Constraint.label),
        Property("path", String.self, "Below the store's mount.", .length(1...512), .pattern("^\(segment)(/\(segment))*$")),
        Property("key", String.self, "Which entry of it.", .length(1...253)),
        Property("version", Int?.self, "The newest if absent.", .range(1...)),
    ]
    public var store: String { self["store"] }
    public var path: String { self["path"] }
    public var key: String { self["key"] }
    public var version: Int? { self["version"] }
}

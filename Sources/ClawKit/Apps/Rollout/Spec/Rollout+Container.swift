public import ClawBase
public import ClawCustomResources

extension Rollout {
    /// What runs: `registry/repository:tag`.
    public struct Image: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("registry", String.self, "As docker.io or ghcr.io; empty: the nodes' default."),
            Property("repository", String.self, "As library/nginx."),
            Property("tag", String.self, "A tag, or a digest (sha256:…)."),
            Property("username", String?.self, "Who may pull it."), Property("password", String?.self),
        ]

        public init(
            registry: String, repository: String, tag: String, username: String? = nil, password: String? = nil
        ) {
            document = JSONObject()
            (self.registry, self.repository, self.tag) = (registry, repository, tag)
            document.set("username", username)
            document.set("password", password)
        }

        public var registry: String {
            get { self["registry"] }
            set { self["registry"] = newValue }
        }
        public var repository: String {
            get { self["repository"] }
            set { self["repository"] = newValue }
        }
        public var tag: String {
            get { self["tag"] }
            set { self["tag"] = newValue }
        }
        public var username: String { self["username"] }
        public var password: Secret<String> { Secret(self["password"] as String) }
        /// Both are needed for a pull secret.
        public var hasCredentials: Bool { !username.isEmpty && !password.reveal().isEmpty }
    }

    /// What processes may do. Only what is given is set.
    public struct SecurityContext: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("fsGroup", Int?.self), Property("runAsUser", Int?.self), Property("runAsGroup", Int?.self),
            Property("allowPrivilegeEscalation", Bool?.self), Property("runAsNonRoot", Bool?.self),
            Property("readOnlyRootFilesystem", Bool?.self), Property("privileged", Bool?.self),
            Property("capabilities", Capabilities?.self),
        ]

        public struct Capabilities: SchemaView {
            public var document: JSONObject
            public init(document: JSONObject) { self.document = document }
            public static let properties = [Property("add", [String].self), Property("drop", [String].self)]
            public var add: [String] { self["add"] }
            public var drop: [String] { self["drop"] }
        }

        public var fsGroup: Int? { self["fsGroup"] }
        public var runAsUser: Int? { self["runAsUser"] }
        public var runAsGroup: Int? { self["runAsGroup"] }
        public var allowPrivilegeEscalation: Bool? { self["allowPrivilegeEscalation"] }
        public var runAsNonRoot: Bool? { self["runAsNonRoot"] }
        public var readOnlyRootFilesystem: Bool? { self["readOnlyRootFilesystem"] }
        public var privileged: Bool? { self["privileged"] }
        public var capabilities: Capabilities? { self["capabilities"] }
    }

    /// How many pods run.
    public struct Scale: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("minReplicas", .int32, mayBeAbsent: false, description: "At least so many."),
            Property("maxReplicas", .int32, mayBeAbsent: false, description: "At most so many; both 0: none runs."),
            Property(
                "targetCPUUtilizationPercentage", .int32, mayBeAbsent: false,
                description: "More come where the pods use more of the CPU they asked for."),
        ]

        public init(min: Int, max: Int, targetCPU: Int = 80) {
            document = [
                "minReplicas": .integer(Int64(min)), "maxReplicas": .integer(Int64(max)),
                "targetCPUUtilizationPercentage": .integer(Int64(targetCPU)),
            ]
        }

        public var minReplicas: Int { self["minReplicas"] }
        public var maxReplicas: Int { self["maxReplicas"] }
        public var targetCPU: Int { self["targetCPUUtilizationPercentage"] }
        /// Nothing should run.
        public var isStopped: Bool { maxReplicas == 0 && minReplicas == 0 }
    }

    /// What each pod asks for, and what it may use at most.
    public struct Resources: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [Property("requests", Amounts.self), Property("limits", Amounts.self)]

        public init(requests: Amounts, limits: Amounts) {
            document = ["requests": .object(requests.document), "limits": .object(limits.document)]
        }

        public var requests: Amounts { self["requests"] }
        public var limits: Amounts { self["limits"] }
    }

    /// Texts, not quantities: what is none is told by a finding, not by a refusal.
    public struct Amounts: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [Property("cpu", String.self), Property("memory", String.self)]

        public init(cpu: String, memory: String) { document = ["cpu": .string(cpu), "memory": .string(memory)] }

        public var cpu: String { self["cpu"] }
        public var memory: String { self["memory"] }
    }

    /// An environment variable.
    public struct Variable: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [Property("name", String.self), Property("value", String.self)]

        public init(_ name: String, _ value: String) { document = ["name": .string(name), "value": .string(value)] }

        public var name: String { self["name"] }
        public var value: String { self["value"] }
    }
}

public import ClawCustomResources

/// A tenant's project: a namespace of the same name, and who may do what in it.
public struct Project: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Project", isNamespaced: false)
    public static let summary = "A tenant's project: a namespace of the same name, and who may do what in it."
    public static let properties = [
        Property("spec", ProjectSpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Tenant", "string", ".spec.tenant"),
        PrinterColumn("Ready", "string", ".status.conditions[0].status"), .age,
    ]

    /// One user's part in a project.
    public struct Member: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("user", .string, mayBeAbsent: false, description: "The user's name.", Constraint.label),
            Property("role", .oneOf(roles), mayBeAbsent: false, description: "What the user may do."),
        ]

        public init(user: String, role: String) {
            self.init(document: ["user": .string(user), "role": .string(role)])
        }

        public var user: String { self["user"] }
        /// `owner`, `manager`, `developer` or `viewer`.
        public var role: String { self["role"] }
    }

    public init(name: String, tenant: String, members: [Member] = []) {
        self.init(ObjectMeta(name: name))
        spec = ProjectSpec(tenant: tenant, members: members)
    }

    public var spec: ProjectSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: ConditionedStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }

    public var tenant: String { spec.tenant }

    public var members: [Member] {
        get { spec.members }
        set { spec.members = newValue }
    }

    public var conditions: [Condition] {
        get { status.conditions }
        set { status.conditions = newValue }
    }

    public static let roles = ["owner", "manager", "developer", "viewer"]
}

public import ClawKubernetes

/// A tenant's project: a namespace of the same name, and who may do what in it.
public struct Project: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Project", isNamespaced: false)

    /// One user's part in a project.
    public struct Member: DocumentView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public init(user: String, role: String) {
            self.init(document: ["user": .string(user), "role": .string(role)])
        }

        public var user: String { document.string("user") ?? "" }
        /// `owner`, `manager`, `developer` or `viewer`.
        public var role: String { document.string("role") ?? "" }
    }

    public init(name: String, tenant: String, members: [Member] = []) {
        self.init(ObjectMeta(name: name))
        document[.spec] = ["tenant": .string(tenant)]
        self.members = members
    }

    public var tenant: String { document[.spec]?["tenant"]?.string ?? "" }

    public var members: [Member] {
        get { document[.spec]?.object?.views("members") ?? [] }
        set { document.modify(.spec) { spec in
            var object = spec?.object ?? JSONObject()
            object.set("members", newValue)
            spec = .object(object)
        } }
    }

    public var conditions: [Condition] {
        get { document[.status]?.object?.views(.conditions) ?? [] }
        set { document.modify(.status) { status in
            var object = status?.object ?? JSONObject()
            object.set(.conditions, newValue)
            status = .object(object)
        } }
    }

    public static let roles = ["owner", "manager", "developer", "viewer"]

    public static let specSchema = Shape.object(
        [
            "tenant": Shape.label,
            "members": Shape.list(
                of: Shape.object(["user": Shape.label, "role": Shape.word(roles)], required: ["user", "role"]),
                keys: ["user"]),
        ], required: ["tenant"])
    public static let statusSchema = Shape.object(["conditions": Shape.conditions])
    public static let columns = [
        PrinterColumn("Tenant", "string", ".spec.tenant"),
        PrinterColumn("Ready", "string", ".status.conditions[0].status"), .age,
    ]
}

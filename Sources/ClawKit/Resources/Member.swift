public import ClawCustomResources

/// A user's part in a project: it is named after the user, and stands in the project's namespace.
///
/// The roles' rights in the namespace are real ones (`RoleBinding`); the platform decides by the same object who sees
/// the project and enters its runtimes. A name that is nobody's yet is bound like one in a `RoleBinding`: the part is
/// theirs who get the name.
public struct Member: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(group: ClawGroup.name, version: ClawGroup.version, kind: "Member")
    public static let summary = "A user's part in a project, named after the user."
    public static let properties = [Property("spec", MemberSpec.self)]
    public static let rules = [
        SchemaRule(
            "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')", "name it after the user who is meant")
    ]
    public static let columns = [PrinterColumn("Role", "string", ".spec.role"), .age]

    public init(_ user: String, of project: String, role: ProjectRole) {
        self.init(ObjectMeta(name: user, namespace: project))
        spec = MemberSpec(role: role)
    }

    public var spec: MemberSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var user: String { name }
    public var project: String { namespace ?? "" }
    /// nil for a role that this version does not know, which gives no rights.
    public var role: ProjectRole? { spec.role }
}

public struct MemberSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("role", ProjectRole.self, "What the user may do in the project.")
    ]

    public init(role: ProjectRole) { document = ["role": .string(role.rawValue)] }

    public var role: ProjectRole? {
        get { self["role"] }
        set { self["role"] = newValue }
    }
}

/// What somebody may do in a project, from most to least.
public enum ProjectRole: String, SchemaEnum {
    /// All that managers may, and to say who is a member.
    case owner
    /// All that developers may with everybody's runtimes, and secrets, routes and templates.
    case manager
    /// To run things.
    case developer
    /// To look.
    case viewer
}

public import ClawCustomResources

/// A tenant's project: a namespace of the same name. Who may do what in it, the ``Member`` objects there say.
public struct Project: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Project", isNamespaced: false)
    public static let summary = "A tenant's project: a namespace of the same name, and what it may have."
    public static let properties = [
        Property("spec", ProjectSpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Tenant", "string", ".spec.tenant"),
        PrinterColumn("Ready", "string", ".status.conditions[0].status"), .age,
    ]

    public init(name: String, tenant: String) {
        self.init(ObjectMeta(name: name))
        spec = ProjectSpec(tenant: tenant)
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

    public var conditions: [Condition] {
        get { status.conditions }
        set { status.conditions = newValue }
    }
}

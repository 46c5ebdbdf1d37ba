public import ClawCustomResources

/// A customer of the platform: projects and quotas belong to it.
public struct Tenant: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Tenant", isNamespaced: false)
    public static let summary = "A customer of the platform: projects and quotas belong to it."
    public static let properties = [
        Property("spec", TenantSpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Suspended", "boolean", ".spec.suspended"),
        PrinterColumn("Deleted", "date", ".spec.deletedAfter", priority: 1), .age,
    ]

    public init(name: String, displayName: String? = nil) {
        self.init(ObjectMeta(name: name))
        spec = TenantSpec(displayName: displayName)
    }

    public var spec: TenantSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var displayName: String? { spec.displayName }
}

public struct TenantSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("displayName", String?.self, "What people call it."),
        Property(
            "quota", [String: Quantity].self,
            "What the quotas of all its projects may come to in sum, on all clusters: requests.cpu, pods …"),
        Property(
            "suspended", Bool?.self,
            "Whether nothing of it runs. Set by the operation that puts everything to rest, or brings it back."),
        Property(
            "deletedAfter", Timestamp?.self,
            "When it goes with all its projects. Set by the operation that begins the time of grace."),
    ]

    public init(displayName: String? = nil) {
        document = JSONObject()
        self["displayName"] = displayName
    }

    public var displayName: String? {
        get { self["displayName"] }
        set { self["displayName"] = newValue }
    }
    public var quota: [String: Quantity] {
        get { self["quota"] }
        set { self["quota"] = newValue }
    }
    public var suspended: Bool? {
        get { self["suspended"] }
        set { self["suspended"] = newValue }
    }
    public var deletedAfter: Timestamp? {
        get { self["deletedAfter"] }
        set { self["deletedAfter"] = newValue }
    }
}

/// A status of conditions alone.
public struct ConditionedStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [Property.conditions]

    public var conditions: [Condition] {
        get { self["conditions"] }
        set { self["conditions"] = newValue }
    }
}

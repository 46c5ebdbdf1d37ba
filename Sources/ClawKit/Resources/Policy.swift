public import ClawCustomResources

/// What one layer of the platform allows: all of it, a tenant, a project, or one user in a project.
///
/// Its name says whom it binds: `platform`, `tenant.acme`, `project.shop`, `user.shop.ada`. What a layer leaves unsaid
/// it leaves to the layer above; what holds in the end is what all allow, see ``EffectivePolicy``.
public struct Policy: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Policy", isNamespaced: false)
    public static let summary = "What the platform, a tenant, a project or a user in a project may at most do."
    public static let properties = [
        Property("spec", PolicySpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let rules = [
        SchemaRule(
            "self.metadata.name.matches('^(platform|(tenant|project)[.][a-z0-9-]+|user[.][a-z0-9-]+[.][a-z0-9-]+)$')",
            "name whom the policy binds: platform, tenant.NAME, project.NAME, or user.PROJECT.NAME")
    ]
    public static let columns = [
        PrinterColumn("Accepted", "string", ".status.conditions[0].status"),
        PrinterColumn("Reason", "string", ".status.conditions[0].reason"), .age,
    ]

    public init(name: String, spec: PolicySpec = PolicySpec()) {
        self.init(ObjectMeta(name: name))
        self.spec = spec
    }

    public var spec: PolicySpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: ConditionedStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

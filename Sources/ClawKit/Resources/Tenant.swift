public import ClawKubernetes

/// A customer of the platform: projects and quotas belong to it.
public struct Tenant: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "Tenant", isNamespaced: false)

    public init(name: String, displayName: String? = nil) {
        self.init(ObjectMeta(name: name))
        var spec = JSONObject()
        spec.set("displayName", displayName)
        document[.spec] = .object(spec)
    }

    public var displayName: String? { document[.spec]?["displayName"]?.string }

    public static let specSchema = Shape.object(["displayName": Shape.string])
    public static let statusSchema = Shape.object(["conditions": Shape.conditions])
    public static let columns = [PrinterColumn.age]
}

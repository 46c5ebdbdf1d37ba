public import ClawKubernetes

/// What one runtime's model key may do. The key itself stands in the runtime's Secret only; here is its hash.
///
/// Named after its kind, `ModelGrant`, with a suffix: the gateway's own value type has the plain name.
public struct ModelGrantResource: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(group: ClawGroup.name, version: ClawGroup.version, kind: "ModelGrant")

    /// - Parameter models: aliases; empty for all.
    public init(
        metadata: ObjectMeta, keyHash: String, tenant: String?, project: String, user: String, runtime: String,
        models: [String] = []
    ) {
        self.init(metadata)
        var subject: JSONObject = ["project": .string(project), "user": .string(user), "runtime": .string(runtime)]
        subject.set("tenant", tenant)
        var spec: JSONObject = ["keyHash": .string(keyHash), "subject": .object(subject)]
        spec.set("models", models)
        document[.spec] = .object(spec)
    }

    private var spec: JSONObject { document[.spec]?.object ?? JSONObject() }
    private var subject: JSONObject { spec["subject"]?.object ?? JSONObject() }

    /// SHA-256 of the key, lower-case hex.
    public var keyHash: String { spec.string("keyHash") ?? "" }
    public var models: [String] { spec.strings("models") }
    public var tenant: String? { subject.string("tenant") }
    public var project: String { subject.string("project") ?? "" }
    public var user: String { subject.string("user") ?? "" }
    public var runtime: String { subject.string("runtime") ?? "" }
    /// RFC 3339; absent for a grant that ends only when it is deleted.
    public var expiresAt: String? { spec.string("expiresAt") }

    public static let specSchema = Shape.object(
        [
            "keyHash": ["type": "string", "pattern": "^[0-9a-f]{64}$"],
            "subject": .object(
                Shape.object(
                    ["tenant": Shape.string, "project": Shape.string, "user": Shape.string, "runtime": Shape.string],
                    required: ["project"])),
            "models": Shape.strings, "expiresAt": Shape.time,
        ], required: ["keyHash", "subject"])
    public static let statusSchema = Shape.object(["conditions": Shape.conditions])
    public static let columns = [
        PrinterColumn("User", "string", ".spec.subject.user"), PrinterColumn("Runtime", "string", ".spec.subject.runtime"),
        .age,
    ]
}

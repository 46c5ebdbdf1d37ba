public import ClawCustomResources

/// What one runtime's model key may do. The key itself stands in the runtime's Secret only; here is its hash.
///
/// Named after its kind, `ModelGrant`, with a suffix: the gateway's own value type has the plain name.
public struct ModelGrantResource: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(group: ClawGroup.name, version: ClawGroup.version, kind: "ModelGrant")
    public static let summary = "What one runtime's model key may do."
    public static let properties = [
        Property("spec", ModelGrantSpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("User", "string", ".spec.subject.user"),
        PrinterColumn("Runtime", "string", ".spec.subject.runtime"),
        PrinterColumn("Pod", "string", ".spec.binding.pod"), PrinterColumn("Expires", "date", ".spec.expiresAt"),
        .age,
    ]

    /// - Parameter models: aliases; empty for all.
    public init(
        metadata: ObjectMeta, keyHash: String, tenant: String?, project: String, user: String, runtime: String,
        models: [String] = []
    ) {
        self.init(metadata)
        let subject = ModelGrantSubject(tenant: tenant, project: project, user: user, runtime: runtime)
        self["spec"] = ModelGrantSpec(keyHash: keyHash, subject: subject, models: models)
    }

    /// A key that a pod was given for its service account's token: it ends with the pod, and with the grant that it was
    /// given by.
    /// - Parameter expiresAt: RFC 3339.
    public init(
        metadata: ObjectMeta, keyHash: String, by grant: ModelGrantResource, to pod: String, podUID: String,
        models: [String], expiresAt: String
    ) {
        self.init(metadata)
        var spec = ModelGrantSpec(keyHash: keyHash, subject: grant.spec.subject, models: models)
        spec.expiresAt = expiresAt
        spec.binding = ModelGrantBinding(grant: grant.name, pod: pod, podUID: podUID)
        self["spec"] = spec
    }

    public var spec: ModelGrantSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    /// SHA-256 of the key, lower-case hex.
    public var keyHash: String { spec.keyHash }
    public var models: [String] { spec.models }
    public var tenant: String? { spec.subject.tenant }
    public var project: String { spec.subject.project }
    public var user: String { spec.subject.user ?? "" }
    public var runtime: String { spec.subject.runtime ?? "" }
    /// Zero: not at all; absent: as the gateway says.
    public var cacheSeconds: Int? { spec.cacheSeconds }
    /// RFC 3339; absent for a grant that ends only when it is deleted.
    public var expiresAt: String? { spec.expiresAt }
    /// Absent for a runtime's own grant.
    public var binding: ModelGrantBinding? { spec.binding }
}

public struct ModelGrantSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("keyHash", String.self, "SHA-256 of the key, lower-case hex.", .pattern("^[0-9a-f]{64}$")),
        Property("subject", ModelGrantSubject.self, "Who calls with the key."),
        Property("models", [String].self, "The aliases it may call; all if absent."),
        Property(
            "cacheSeconds", Int?.self,
            "How long answers are kept and given again to equal requests; as the gateway says if absent.", .range(0...31_622_400)),
        Property("expiresAt", .time, mayBeAbsent: true, description: "When it ends; with its deletion if absent."),
        Property("binding", ModelGrantBinding?.self, "What it ends with, for a key given for a pod's token."),
    ]

    public init(keyHash: String, subject: ModelGrantSubject, models: [String] = []) {
        document = JSONObject()
        self["keyHash"] = keyHash
        self["subject"] = subject
        self["models"] = models
    }

    public var keyHash: String { self["keyHash"] }
    public var subject: ModelGrantSubject { self["subject"] }
    public var models: [String] { self["models"] }
    public var cacheSeconds: Int? {
        get { self["cacheSeconds"] }
        set { self["cacheSeconds"] = newValue }
    }
    public var expiresAt: String? {
        get { self["expiresAt"] }
        set { self["expiresAt"] = newValue }
    }
    public var binding: ModelGrantBinding? {
        get { self["binding"] }
        set { self["binding"] = newValue }
    }
}

/// What a key ends with that was given for a pod's token.
public struct ModelGrantBinding: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("grant", String.self, "The runtime's own grant; the key may do no more than it."),
        Property("pod", String.self, "The pod that holds the key."),
        Property("podUID", String.self, "Of that pod and no later one of its name."),
    ]

    public init(grant: String, pod: String, podUID: String) {
        document = ["grant": .string(grant), "pod": .string(pod), "podUID": .string(podUID)]
    }

    public var grant: String { self["grant"] }
    public var pod: String { self["pod"] }
    public var podUID: String { self["podUID"] }
}

public struct ModelGrantSubject: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property("tenant", String?.self), Property("project", String.self), Property("user", String?.self),
        Property("runtime", String?.self),
    ]

    public init(tenant: String?, project: String, user: String, runtime: String) {
        document = ["project": .string(project), "user": .string(user), "runtime": .string(runtime)]
        self["tenant"] = tenant
    }

    public var tenant: String? { self["tenant"] }
    public var project: String { self["project"] }
    public var user: String? { self["user"] }
    public var runtime: String? { self["runtime"] }
}

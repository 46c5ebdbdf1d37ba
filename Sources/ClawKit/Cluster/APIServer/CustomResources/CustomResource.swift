import ClawDocuments
import ClawExpressions

/// What a CustomResourceDefinition says of one of its versions.
struct CustomResource: Sendable {
    let schema: StructuralSchema
    let rules: ValidationRules?
    let listKind: String
    /// What clients of a deprecated version are told.
    let deprecation: String?
    /// The fields that lists can be selected by, as in field selectors: `spec.color`.
    let selectableFields: [String]
    let scale: Scale?
    /// The version that objects are kept in, and its schema.
    let storage: (version: String, schema: StructuralSchema)
    /// Converts between versions; nil: they differ in nothing but their name.
    let webhook: ConversionWebhook?

    /// Where a scale reads and writes.
    struct Scale: Sendable {
        let replicas: [String]
        let statusReplicas: [String]
        let selector: [String]?
        /// As the definition writes them.
        let specPath: String
        let statusPath: String
    }

    init(_ version: JSON, of spec: JSONObject, webhooks: WebhookCaller) {
        let name = version["name"]?.string ?? ""
        let group = spec.string("group") ?? ""
        schema = Self.schema(of: version)
        rules = ValidationRules.compile(version["schema"]?["openAPIV3Schema"])
        let kind = spec["names"]?["kind"]?.string ?? ""
        listKind = spec["names"]?["listKind"]?.string ?? "\(kind)List"
        selectableFields = (version["selectableFields"]?.array ?? []).compactMap {
            $0["jsonPath"]?.string.map { String($0.drop { $0 == "." }) }
        }
        scale = version["subresources"]?["scale"].flatMap(Scale.init)
        let versions = spec.values("versions")
        let stored = versions.first { $0["storage"]?.bool == true } ?? version
        storage = (stored["name"]?.string ?? name, stored == version ? schema : Self.schema(of: stored))
        webhook = ConversionWebhook(spec, caller: webhooks)
        deprecation =
            version["deprecated"]?.bool == true
            ? version["deprecationWarning"]?.string
                ?? Self.deprecation(of: name, kind: kind, group: group, versions: versions) : nil
    }

    private static func schema(of version: JSON) -> StructuralSchema {
        version["schema"]?["openAPIV3Schema"].map { StructuralSchema.root($0) } ?? .anything
    }

    /// Names the newest version that is still recommended.
    private static func deprecation(of version: String, kind: String, group: String, versions: [JSON]) -> String {
        let others = versions.filter { $0["served"]?.bool == true && $0["deprecated"]?.bool != true }
            .compactMap { $0["name"]?.string }.sorted { VersionPriority($0) < VersionPriority($1) }
        let text = "\(group)/\(version) \(kind) is deprecated"
        guard let best = others.first, VersionPriority(best) < VersionPriority(version) else { return text }
        return "\(text); use \(group)/\(best) \(kind)"
    }
}

extension CustomResource.Scale {
    init?(_ json: JSON) {
        guard let replicas = json["specReplicasPath"]?.string, let status = json["statusReplicasPath"]?.string else {
            return nil
        }
        func steps(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }
        (specPath, statusPath) = (replicas, status)
        self.replicas = steps(replicas)
        statusReplicas = steps(status)
        selector = json["labelSelectorPath"]?.string.map(steps)
    }
}

extension RegisteredResource {
    var custom: CustomResource? { if case .custom(let resource) = shape { resource } else { nil } }

    var listKind: String { custom?.listKind ?? "\(type.kind)List" }
}

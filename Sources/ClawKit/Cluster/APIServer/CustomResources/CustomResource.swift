import ClawDocuments
import ClawSchemas

/// What a CustomResourceDefinition says of one of its versions.
struct CustomResource: Sendable {
    let check: VersionCheck
    let listKind: String
    /// What clients of a deprecated version are told.
    let deprecation: String?
    /// The fields that lists can be selected by, as in field selectors: `spec.color`.
    let selectableFields: [String]
    /// The version that objects are kept in, and its schema.
    let storage: (version: String, schema: StructuralSchema)
    /// Converts between versions; nil: they differ in nothing but their name.
    let webhook: ConversionWebhook?

    var schema: StructuralSchema { check.schema }
    var scale: ScalePaths? { check.scale }

    init(_ version: JSON, of spec: JSONObject, webhooks: WebhookCaller) {
        let name = version["name"]?.string ?? ""
        let group = spec.string("group") ?? ""
        check = VersionCheck(version: version)
        let kind = spec["names"]?["kind"]?.string ?? ""
        listKind = spec["names"]?["listKind"]?.string ?? "\(kind)List"
        selectableFields = (version["selectableFields"]?.array ?? []).compactMap {
            $0["jsonPath"]?.string.map { String($0.drop { $0 == "." }) }
        }
        let versions = spec.values("versions")
        let stored = versions.first { $0["storage"]?.bool == true } ?? version
        storage = (stored["name"]?.string ?? name, stored == version ? check.schema : Self.schema(of: stored))
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

extension RegisteredResource {
    var custom: CustomResource? { if case .custom(let resource) = shape { resource } else { nil } }

    var listKind: String { custom?.listKind ?? "\(type.kind)List" }
}

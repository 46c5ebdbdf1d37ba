import ClawDocuments
import ClawModels

/// One member of a definition's `spec.versions`.
struct VersionDraft: Sendable {
    let json: JSONObject

    init<R: CustomResource>(_ kind: R.Type, isServed: Bool, isStored: Bool) {
        var version: JSONObject = [
            "name": .string(R.type.version), "served": .bool(isServed), "storage": .bool(isStored),
            "schema": ["openAPIV3Schema": .object(Self.schema(of: R.self))],
        ]
        switch R.deprecation {
        case .useNewest?: version["deprecated"] = true
        case .warning(let text)?: (version["deprecated"], version["deprecationWarning"]) = (true, .string(text))
        case nil: break
        }
        var subresources = JSONObject()
        if R.properties.contains(where: { $0.name == "status" }) { subresources["status"] = [:] }
        subresources.set("scale", R.scale?.json)
        if !subresources.isEmpty { version["subresources"] = .object(subresources) }
        if !R.columns.isEmpty { version["additionalPrinterColumns"] = .array(R.columns.map(\.json)) }
        if !R.selectableFields.isEmpty {
            version["selectableFields"] = .array(R.selectableFields.map { ["jsonPath": .string($0)] })
        }
        json = version
    }

    /// The fields of every object, then the kind's own.
    private static func schema<R: CustomResource>(of kind: R.Type) -> JSONObject {
        let shared = [
            Property("apiVersion", .string, mayBeAbsent: true), Property("kind", .string, mayBeAbsent: true),
            Property("metadata", FieldSchema(["type": "object"]), mayBeAbsent: true),
        ]
        let own = R.properties.filter { property in !shared.contains { $0.name == property.name } }
        return FieldSchema.object(shared + own, rules: R.rules, description: R.summary).json
    }
}

public import ClawDocuments

/// The kinds of patch that the Kubernetes API knows, by media type.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply>
public enum PatchType: String, Sendable, CaseIterable {
    case json = "application/json-patch+json"
    case merge = "application/merge-patch+json"
    case strategicMerge = "application/strategic-merge-patch+json"
    case apply = "application/apply-patch+yaml"

    public var mediaType: String { rawValue }

    /// The types that a kind without Go types (a custom resource) accepts, in the order of the error message.
    public static let forCustomResources: [PatchType] = [.json, .merge, .apply]

    /// nil for any other media type. Parameters such as `charset` do not matter.
    public init?(mediaType: String) {
        let name = mediaType.prefix { $0 != ";" }
        self.init(rawValue: name.filter { !$0.isWhitespace }.lowercased())
    }
}

/// The patch algorithms behind one door. All are pure functions; none checks what the result means.
public enum Patch {
    /// The live object with a JSON, merge or strategic merge patch applied.
    ///
    /// - Parameters:
    ///   - schema: The type of the object; nil where the kind has none, which rules out strategic merge patches.
    ///   - types: Where the schema's object types are found.
    /// - Throws: ``PatchError`` with Kubernetes' status for patches that are malformed or do not fit the object.
    ///   A server-side apply also needs managers: ``ServerSideApply``.
    public static func apply(
        _ type: PatchType, _ patch: JSON, to live: JSONObject, schema: Schema?, types: SchemaTable
    ) throws(PatchError) -> JSONObject {
        switch type {
        case .json: return try JSONPatch(parsing: patch).apply(to: live)
        case .merge: return try MergePatch.apply(patch, to: live)
        case .strategicMerge:
            guard let schema else { throw .unsupportedMediaType(accepted: PatchType.forCustomResources) }
            return try StrategicMergePatch(types: types).apply(patch, to: live, schema: schema)
        case .apply: throw .unsupportedMediaType(accepted: [.json, .merge, .strategicMerge])
        }
    }
}

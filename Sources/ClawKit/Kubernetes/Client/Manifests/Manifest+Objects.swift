extension Manifest {
    /// The objects of a YAML or JSON text, in order; Lists are taken apart.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the document that is no object, or lacks its
    ///   version, kind or name.
    public static func objects(in text: String, source: String = "stdin") throws -> [ManifestObject] {
        let documents = try parse(text, source: source)
        return try documents.enumerated().flatMap { index, document in
            try objects(document, source: documents.count > 1 ? "\(source): document \(index + 1)" : source)
        }
    }

    private static func objects(_ document: JSON, source: String) throws -> [ManifestObject] {
        guard let object = document.object else {
            throw Finding(
                .badConfig,
                "A manifest is made of objects, and this is a JSON \(document.typeName); begin with apiVersion.",
                field: source)
        }
        let apiVersion = try text(.apiVersion, of: object, source)
        let kind = try text(.kind, of: object, source)
        if kind.hasSuffix("List"), let items = object[.items]?.array {
            return try items.enumerated().flatMap { index, item in
                // Lists of one kind, as a server writes them, leave version and kind out of their items.
                var item = item
                if kind != "List", item.object != nil {
                    if item["apiVersion"] == nil { item["apiVersion"] = .string(apiVersion) }
                    if item["kind"] == nil { item["kind"] = .string(String(kind.dropLast(4))) }
                }
                return try objects(item, source: "\(source): items[\(index)]")
            }
        }
        let metadata = object[.metadata]?.object ?? JSONObject()
        if metadata["name"] == nil, metadata["generateName"] != nil {
            throw Finding(
                .badConfig, "Apply needs a name that stays, so generateName will not do; set metadata.name.",
                field: source)
        }
        _ = try text(.name, of: metadata, source)
        return [ManifestObject(DynamicObject(document: object), source: source)]
    }

    private static func text(_ key: FieldKey, of object: JSONObject, _ source: String) throws -> String {
        if let text = object.string(key), !text.isEmpty { return text }
        let place = key == .name ? "metadata.name" : key.name
        throw Finding(.badConfig, "The object has no \(place); every object needs one, as a text.", field: source)
    }
}

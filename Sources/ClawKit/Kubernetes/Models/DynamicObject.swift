public import ClawDocuments

/// An object of a kind that is known only at run time.
///
/// Every verb takes it like a typed kind, with the type as a value: `client.list(DynamicObject.self, of: widgets)`.
public struct DynamicObject: Resource {
    public var document: JSONObject
    private let known: ResourceType?

    /// Of no kind: the verbs refuse it, and ask for `of:`.
    public static let type = ResourceType(group: "", version: "", kind: "DynamicObject", plural: "", singular: "")

    public init(document: JSONObject) { (self.document, known) = (document, nil) }

    /// The document's own version and kind stay; where it has none, as in lists, they are filled in.
    public init(document: JSONObject, type: ResourceType) {
        (self.document, known) = (document, type.plural.isEmpty ? nil : type)
        guard known != nil else { return }
        if document[.apiVersion] == nil { self.document.set(.apiVersion, type.apiVersion) }
        if document[.kind] == nil { self.document.set(.kind, type.kind) }
    }

    /// An object with nothing but its metadata.
    public init(_ type: ResourceType, _ metadata: ObjectMeta) {
        (document, known) = (JSONObject(), type)
        document.setKind(type.apiVersion, type.kind)
        self.metadata = metadata
    }

    /// As given when the object was made; otherwise Kubernetes' own kind of that name, or the usual English plural.
    public var resourceType: ResourceType {
        if let known { return known }
        let (apiVersion, kind) = (apiVersion ?? "", kind ?? "")
        if let served = ResourceCatalogue.kubernetes.resource(apiVersion: apiVersion, kind: kind) { return served.type }
        let parts = apiVersion.split(separator: "/").map(String.init)
        return ResourceType(
            group: parts.count > 1 ? parts[0] : "", version: parts.last ?? "", kind: kind,
            plural: kind.isEmpty ? "" : nil, isNamespaced: namespace != nil)
    }

    /// A member of the object: `object["spec"]?["size"]`.
    public subscript(_ name: String) -> JSON? {
        get { document[name] }
        set { document[name] = newValue }
    }

    /// The same object as a typed view, unchecked.
    public func cast<R: Resource>(to type: R.Type = R.self) -> R { R(document: document, type: resourceType) }
}

public import ClawDocuments

/// A list of objects of one kind, with the version of the whole and the token for the next page.
public struct ResourceList<Item: Resource>: DocumentView {
    public var document: JSONObject
    /// What the items are; of importance only where ``Item`` is known at run time.
    public let itemType: ResourceType

    public init(document: JSONObject) { self.init(document: document, of: Item.type) }

    public init(document: JSONObject, of type: ResourceType) { (self.document, itemType) = (document, type) }

    public init(items: [Item], metadata: ListMeta = ListMeta(), of type: ResourceType = Item.type) {
        (document, itemType) = (JSONObject(), type)
        document.setKind(type.apiVersion, type.kind + "List")
        document.set(.metadata, metadata)
        document.setRequired(.items, items)
    }

    public var metadata: ListMeta {
        get { document.viewOrEmpty(.metadata) }
        set { document.set(.metadata, newValue) }
    }

    /// Written even where empty.
    public var items: [Item] {
        get { document.values(.items).compactMap { $0.object.map { Item(document: $0, type: itemType) } } }
        set { document.setRequired(.items, newValue) }
    }

    /// Where a watch may go on from.
    public var resourceVersion: String? { metadata.resourceVersion }

    /// The token for the next page; nil on the last one.
    public var continueToken: String? {
        guard let token = metadata.continue, !token.isEmpty else { return nil }
        return token
    }

    public var remainingItemCount: Int? { metadata.remainingItemCount }
}

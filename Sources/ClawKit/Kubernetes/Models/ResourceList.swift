public import ClawDocuments

/// A list of objects of one kind, with the version of the whole and the token for the next page.
public struct ResourceList<Item: Resource>: DocumentView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public init(items: [Item], metadata: ListMeta = ListMeta()) {
        document = JSONObject()
        document.setKind(Item.type.apiVersion, Item.type.kind + "List")
        document.set(.metadata, metadata)
        document.setRequired(.items, items)
    }

    public var metadata: ListMeta {
        get { document.viewOrEmpty(.metadata) }
        set { document.set(.metadata, newValue) }
    }

    /// Written even where empty.
    public var items: [Item] {
        get { document.views(.items) }
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

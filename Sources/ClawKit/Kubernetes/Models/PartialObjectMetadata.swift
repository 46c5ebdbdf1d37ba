public import ClawDocuments

/// An object's metadata without the rest: what caches of large kinds need.
///
/// `client.list(PartialObjectMetadata<Pod>.self)` makes the server leave everything else out. Servers that cannot
/// send whole objects, of which this shows the metadata.
public struct PartialObjectMetadata<R: Resource>: Resource {
    public var document: JSONObject
    public let resourceType: ResourceType

    public static var type: ResourceType { R.type }
    public static var representation: ResourceRepresentation { .metadata }

    public init(document: JSONObject) { self.init(document: document, type: R.type) }
    public init(document: JSONObject, type: ResourceType) { (self.document, resourceType) = (document, type) }
}

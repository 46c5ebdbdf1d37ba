import ClawDocuments
import ClawModels

/// A resource as this server serves it: built in, or declared by a CustomResourceDefinition.
struct RegisteredResource: Sendable {
    enum Shape: Sendable {
        /// A generated kind: its field table's name.
        case builtIn(schema: String?)
        case custom(CustomResource)
    }

    let served: ServedResource
    let shape: Shape
    /// Columns of `kubectl get`, for custom resources; built-in kinds have theirs in ``TableColumns``.
    var columns: [CustomColumn] = []

    var type: ResourceType { served.type }
    var collection: ObjectStore.Collection { .init(group: type.group, plural: type.plural) }
    var subject: APIStatus.Subject { .init(group: type.group, plural: type.plural) }
    var hasStatus: Bool { served.subresource("status") != nil }
    var isCustom: Bool { if case .custom = shape { true } else { false } }
    func allows(_ verb: String) -> Bool { served.verbs.contains(verb) }

    /// What clients are told with every answer about a resource that will not stay.
    var deprecation: String? {
        if let custom { return custom.deprecation }
        return type.plural == "endpoints" && type.group.isEmpty
            ? "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice" : nil
    }

    /// Kubernetes' own resources.
    static let kubernetes: [RegisteredResource] = ResourceCatalogue.kubernetes.resources.map {
        RegisteredResource(served: $0, shape: .builtIn(schema: $0.schemaName))
    }

    /// Where CustomResourceDefinitions are stored.
    static let definitions = ObjectStore.Collection(
        group: CustomResourceDefinition.type.group, plural: CustomResourceDefinition.type.plural)
}

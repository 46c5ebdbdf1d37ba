import ClawDocuments
import ClawModels

/// A resource as this server serves it: built in, or declared by a CustomResourceDefinition. What every request asks
/// of it is worked out once.
final class RegisteredResource: Sendable {
    enum Shape: Sendable {
        /// A generated kind: its field table's name.
        case builtIn(schema: String?)
        case custom(CustomResource)
    }

    let served: ServedResource
    let shape: Shape
    /// Columns of `kubectl get`, for custom resources; built-in kinds have theirs in ``TableColumns``.
    let columns: [CustomColumn]

    let type: ResourceType
    let collection: ObjectStore.Collection
    let subject: APIStatus.Subject
    let hasStatus: Bool
    let isCustom: Bool
    /// The rules of a built-in kind.
    let rules: KindRules
    /// The field table, nil for custom resources and kinds without one.
    let schema: Schema?
    /// Whether `metadata.generation` counts changes of the desired state.
    let countsGenerations: Bool
    /// The account keeper of the objects themselves.
    let objectFields: FieldManager

    init(served: ServedResource, shape: Shape, columns: [CustomColumn] = []) {
        (self.served, self.shape, self.columns) = (served, shape, columns)
        type = served.type
        collection = .init(group: type.group, plural: type.plural)
        subject = .init(group: type.group, plural: type.plural)
        hasStatus = served.subresource("status") != nil
        isCustom = if case .custom = shape { true } else { false }
        rules = KindRules.of(served.type)
        schema = if case .builtIn(let name?) = shape { SchemaTable.kubernetes[name] } else { nil }
        countsGenerations = isCustom || Self.countsGenerations(served.type)
        objectFields = Self.fieldManager(served.type, shape, hasStatus: hasStatus, subresource: nil)
    }

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

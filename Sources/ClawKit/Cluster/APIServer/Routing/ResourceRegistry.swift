import ClawDocuments
import ClawModels
import Synchronization

/// Every resource served: Kubernetes' own, and what CustomResourceDefinitions add while the server runs.
final class ResourceRegistry: Sendable {
    fileprivate struct Name: Hashable {
        let group: String
        let version: String
        let plural: String
    }

    private let builtIn: [Name: RegisteredResource]
    /// The built-in resources in the catalogue's order, for discovery.
    private let builtInOrder: [RegisteredResource]
    /// The first of each collection.
    private let builtInCollections: [ObjectStore.Collection: RegisteredResource]
    private let custom = Mutex<[Name: RegisteredResource]>([:])

    init(builtIn resources: [RegisteredResource]) {
        builtInOrder = resources
        builtInCollections = Dictionary(resources.map { ($0.collection, $0) }) { first, _ in first }
        builtIn = Dictionary(resources.map { (Name(type: $0.type), $0) }) { first, _ in first }
    }

    func find(group: String, version: String, plural: String) -> RegisteredResource? {
        let name = Name(group: group, version: version, plural: plural)
        return builtIn[name] ?? custom.withLock { $0[name] }
    }

    /// The served resource of a collection, in any version.
    func find(_ collection: ObjectStore.Collection) -> RegisteredResource? {
        builtInCollections[collection]
            ?? custom.withLock { $0.values.first { $0.collection == collection } }
    }

    func find(group: String, kind: String) -> RegisteredResource? {
        builtInOrder.first { $0.type.group == group && $0.type.kind == kind }
            ?? custom.withLock { $0.values.first { $0.type.group == group && $0.type.kind == kind } }
    }

    /// All resources, built-in first, custom ones by name.
    var all: [RegisteredResource] {
        builtInOrder
            + custom.withLock { $0.values.sorted { ($0.type.group, $0.type.plural) < ($1.type.group, $1.type.plural) } }
    }

    func setCustom(_ resources: [RegisteredResource], group: String, plural: String) {
        custom.withLock { table in
            table = table.filter { !($0.key.group == group && $0.key.plural == plural) }
            for resource in resources { table[Name(type: resource.type)] = resource }
        }
    }
}

extension ResourceRegistry.Name {
    fileprivate init(type: ResourceType) {
        self.init(group: type.group, version: type.version, plural: type.plural)
    }
}

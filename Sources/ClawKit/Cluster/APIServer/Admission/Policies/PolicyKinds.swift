import ClawDocuments
import ClawModels

/// The kinds that policies can name: Kubernetes' own and those of definitions.
enum PolicyKinds {
    static func find(_ apiVersion: String, _ kind: String, _ store: ObjectStore) -> ResourceType? {
        if let known = ResourceCatalogue.kubernetes.resource(apiVersion: apiVersion, kind: kind) { return known.type }
        let parts = apiVersion.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return nil }
        for definition in store.list(RegisteredResource.definitions, namespace: nil).objects {
            let spec = definition[.spec]
            guard spec?["group"]?.string == parts[0], spec?["names"]?["kind"]?.string == kind,
                spec?["versions"]?.array?.contains(where: { $0["name"]?.string == parts[1] }) ?? false,
                let plural = spec?["names"]?["plural"]?.string
            else { continue }
            return ResourceType(
                group: parts[0], version: parts[1], kind: kind, plural: plural, singular: kind.lowercased(),
                shortNames: [],
                categories: [], isNamespaced: spec?["scope"]?.string == "Namespaced")
        }
        return nil
    }
}

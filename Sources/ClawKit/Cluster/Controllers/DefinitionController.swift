import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging
import ClawSchemas

/// Tells in a CustomResourceDefinition's status that its names are accepted and its kind is served.
enum DefinitionController {
    static func controller(_ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger) -> Controller {
        let definitions = caches.cache(CustomResourceDefinition.self)
        let time = caches.time
        return Controller("definitions", caches: caches, logger: logger) { key in
            guard var definition = definitions[key] else { return .settled }
            if definition.isBeingDeleted { return try await empty(definition, client) }
            guard
                definition.document[.status]?["acceptedNames"] != definition.document[.spec]?["names"]
            else { return .settled }
            let others = definitions.all.filter { $0.metadata.name != definition.metadata.name }.map(\.document)
            let status = CustomResourceDefinitions.accepted(definition.document, others: others, now: time.now)
            if CustomResourceDefinitions.isSame(status, definition.document[.status]) {
                // Its names may become free.
                return DefinitionRules.isRefused(definition.document) ? .again(after: .seconds(1)) : .settled
            }
            definition.document[.status] = status
            do {
                _ = try await client.replaceStatus(definition)
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                // Gone, or changed and asked for again.
            }
            return .settled
        }
        .reconciles(CustomResourceDefinition.self)
    }

    /// Deletes what a definition defines; once nothing is left, lets the definition go.
    private static func empty(_ definition: CustomResourceDefinition, _ client: KubernetesClient) async throws -> Reconciled {
        let spec = definition.spec
        guard definition.metadata.finalizers.contains(CustomResourceDefinitions.cleanupFinalizer) else { return .settled }
        var left: [JSON] = []
        // Where no version is served, nobody can reach the objects; they go with the definition.
        let version = spec.versions.first(where: \.served)?.name
        let type = ResourceType(
            group: spec.group, version: version ?? "", kind: spec.names.kind, plural: spec.names.plural,
            isNamespaced: spec.scope == "Namespaced")
        if version != nil {
            left = try await client.document(for: APIRequest(.get, type, namespace: nil))["items"]?.array ?? []
        }
        let waiting = left.filter { $0["metadata"]?["deletionTimestamp"] == nil }
        for object in waiting {
            guard let name = object["metadata"]?["name"]?.string else { continue }
            do {
                _ = try await client.document(
                    for: APIRequest(.delete, type, namespace: object["metadata"]?["namespace"]?.string, name: name))
            } catch let error as KubernetesError where error.isNotFound {}
        }
        guard left.isEmpty else { return .again(after: .milliseconds(100)) }
        var released = definition
        released.metadata.finalizers.removeAll { $0 == CustomResourceDefinitions.cleanupFinalizer }
        do {
            _ = try await client.replace(released)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, or changed and asked for again.
        }
        return .settled
    }
}

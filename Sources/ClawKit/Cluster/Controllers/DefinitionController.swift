import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Tells in a CustomResourceDefinition's status that its names are accepted and its kind is served.
enum DefinitionController {
    static func controller(_ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger) -> Controller {
        let definitions = caches.cache(CustomResourceDefinition.self)
        let time = caches.time
        return Controller("definitions", caches: caches, logger: logger) { key in
            guard var definition = definitions[key], !definition.isBeingDeleted,
                definition.document[.status]?["acceptedNames"] != definition.document[.spec]?["names"]
            else { return .settled }
            definition.document[.status] = CustomResourceDefinitions.accepted(definition.document, now: time.now)
            do {
                _ = try await client.replaceStatus(definition)
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                // Gone, or changed and asked for again.
            }
            return .settled
        }
        .reconciles(CustomResourceDefinition.self)
    }
}

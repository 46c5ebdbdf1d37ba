import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging

/// Says in a ValidatingAdmissionPolicy's status whether its expressions fit the kinds it is about.
enum PolicyStatusController {
    static func controller(_ client: KubernetesClient, _ caches: SharedCaches, _ logger: Logger) -> Controller {
        let policies = caches.cache(ValidatingAdmissionPolicy.self)
        return Controller("policy-status", caches: caches, logger: logger) { key in
            guard var policy = policies[key], !policy.isBeingDeleted else { return .settled }
            let generation = policy.document.metadataValue(.generation) ?? 1
            guard policy.document[.status]?["observedGeneration"] != generation else { return .settled }
            var status = policy.document[.status]?.object ?? JSONObject()
            status["observedGeneration"] = generation
            status["typeChecking"] = PolicyTypeCheck.check(policy.document)
            policy.document[.status] = .object(status)
            do {
                _ = try await client.replaceStatus(policy)
            } catch let error as KubernetesError where error.isNotFound || error.isConflict {
                // Gone, or changed and looked at again.
            }
            return .settled
        }
        .reconciles(ValidatingAdmissionPolicy.self)
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels

/// Pods that no controller keeps: nobody makes them again, so that their manifests are kept while they are away.
///
/// In a Secret, for their environment may hold some.
struct BarePods: Sendable {
    static let secret = "clawkit-suspended-pods"

    let api: any KubernetesAPI

    /// Keeps the manifests, then ends the pods.
    func suspend(in namespace: String) async throws {
        let bare = try await api.list(Pod.self, in: namespace).items.filter { pod in
            pod.metadata.controllerReference == nil && !pod.isBeingDeleted
                && !["Succeeded", "Failed"].contains(pod.status?.phase ?? "")
        }
        if bare.isEmpty { return }
        let (live, wasCreated) = try await api.getOrCreate(
            KubernetesSecret(
                metadata: ObjectMeta(name: Self.secret, namespace: namespace), data: manifests(of: bare)))
        if !wasCreated {
            _ = try await api.edit(KubernetesSecret.self, live.name, in: namespace) { secret in
                secret.data.merge(manifests(of: bare)) { $1 }
            }
        }
        for pod in bare { try await api.deleteIfPresent(Pod.self, pod.name, in: namespace, uid: pod.uid) }
    }

    /// Makes them again; the manifests go once all are there.
    func restore(in namespace: String) async throws {
        guard let secret = try await api.find(KubernetesSecret.self, Self.secret, in: namespace) else { return }
        for (name, text) in secret.data.sorted(by: { $0.key < $1.key }) {
            guard let bytes = Base64.decode(text), let manifest = try JSONParser.parse(bytes).object else {
                throw Finding(
                    .storage, "The manifest of pod \(name) in Secret \(Self.secret) is damaged; mend or remove it.",
                    field: "\(namespace)/\(Self.secret)")
            }
            do {
                _ = try await api.create(Pod(document: manifest))
            } catch let error as KubernetesError where error.isAlreadyExists {
                if try await api.get(Pod.self, name, in: namespace).isBeingDeleted {
                    throw Finding(.notReady, "The pod \(namespace)/\(name) is still going; it is tried again.")
                }
            }
        }
        try await api.deleteIfPresent(KubernetesSecret.self, Self.secret, in: namespace, uid: secret.uid)
    }

    private func manifests(of pods: [Pod]) -> [String: String] {
        var all: [String: String] = [:]
        for pod in pods { all[pod.name] = Base64.encode(JSON.object(manifest(of: pod)).bytes()) }
        return all
    }

    /// What somebody asked for once: without what the cluster has added.
    private func manifest(of pod: Pod) -> JSONObject {
        var kept = pod
        kept.metadata = ObjectMeta(
            name: pod.name, namespace: pod.namespace, labels: pod.labels, annotations: pod.annotations)
        kept.metadata.ownerReferences = pod.metadata.ownerReferences
        kept.status = nil
        kept.spec?.nodeName = nil
        kept.document["apiVersion"] = "v1"
        kept.document["kind"] = "Pod"
        return kept.document
    }
}

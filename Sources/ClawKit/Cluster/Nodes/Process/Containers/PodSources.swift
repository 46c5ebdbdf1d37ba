import ClawBase
import ClawKubernetes
import ClawModels

/// The secrets and config maps a pod refers to.
struct PodSources: Sendable {
    let api: any KubernetesAPI
    let namespace: String

    /// A secret's data; nil where it is missing and may be.
    func secret(_ name: String, isOptional: Bool) async throws -> [String: [UInt8]]? {
        guard let secret = try await api.find(KubernetesSecret.self, name, in: namespace) else {
            if isOptional { return nil }
            throw ConfigurationProblem("secret \"\(name)\" not found")
        }
        return secret.data.compactMapValues(Base64.decode)
    }

    /// A token of the pod's service account, bound to the pod: it ends with it.
    func token(_ projection: ServiceAccountTokenProjection, of pod: Pod) async throws -> Secret<String> {
        let account = pod.spec?.serviceAccountName ?? "default"
        return try await api.requestToken(
            forServiceAccount: account, in: namespace, audiences: projection.audience.map { [$0] } ?? [],
            lifetime: .seconds(projection.expirationSeconds ?? 3600),
            boundTo: BoundObjectReference(apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid)).token
    }

    func configMap(_ name: String, isOptional: Bool) async throws -> [String: [UInt8]]? {
        guard let map = try await api.find(ConfigMap.self, name, in: namespace) else {
            if isOptional { return nil }
            throw ConfigurationProblem("configmap \"\(name)\" not found")
        }
        return map.data.mapValues { Array($0.utf8) }.merging(map.binaryData.compactMapValues(Base64.decode)) { $1 }
    }
}

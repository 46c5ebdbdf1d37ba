import ClawBase
import ClawModels

/// Secrets kept as Kubernetes Secrets: `{secret: namespace/name/key}`.
public struct ClusterSecrets: SecretSource {
    private let api: any KubernetesAPI

    public init(_ api: some KubernetesAPI) { self.api = api }

    public func secret(_ reference: SecretLocation) async throws -> Secret<String> {
        guard case .cluster(let namespace, let name, let key) = reference else {
            throw Finding(.secretKind, "The cluster's Secrets cannot serve \(reference).")
        }
        let found = try await api.find(KubernetesSecret.self, name, in: namespace)
        guard let text = found?.data[key], let bytes = Base64.decode(text) else {
            throw Finding(
                .secretMissing, "There is no \(reference) in the cluster; create the Secret with that key.",
                field: reference.description)
        }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }
}

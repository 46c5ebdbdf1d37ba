import ClawBase
import ClawKubernetes
import Crypto

extension RolloutChildren {
    /// The environment's secrets, where there are any.
    var secrets: [KubernetesSecret] {
        let values = Self.values(of: spec)
        guard !values.isEmpty else { return [] }
        let data = Dictionary(values.map { ($0.name, Base64.encode(Array($0.value.utf8))) }) { _, last in last }
        return [KubernetesSecret(metadata: metadata(names.secrets), data: data, type: "Opaque")]
    }

    /// Those for private registries: the rollout's own, and one for each cron job that has credentials.
    var pullSecrets: [KubernetesSecret] {
        var all: [KubernetesSecret] = []
        if spec.image.hasCredentials { all.append(pullSecret(names.pullSecret, spec.image)) }
        for job in spec.cronjobs where job.image.hasCredentials {
            all.append(pullSecret(names.cronPullSecret(job.name), job.image))
        }
        return all
    }

    private func pullSecret(_ name: String, _ image: Rollout.Image) -> KubernetesSecret {
        let password = image.password.reveal()
        let entry: JSON = [
            "username": .string(image.username), "password": .string(password),
            "auth": .string(Base64.encode(Array("\(image.username):\(password)".utf8))),
        ]
        let registry = image.registry.isEmpty ? "docker.io" : image.registry
        let configuration: JSON = ["auths": .object([registry: entry])]
        return KubernetesSecret(
            metadata: metadata(name), data: [".dockerconfigjson": Base64.encode(configuration.bytes(.canonical))],
            type: "kubernetes.io/dockerconfigjson")
    }

    /// Pods are replaced where a secret changes: environments are read once, at a container's start.
    ///
    /// A keyed hash, so that equal secrets of two rollouts do not show as equal. One-Click's own is a plain SHA-256.
    var secretsChecksum: String? {
        let values = Self.values(of: spec)
        guard !values.isEmpty else { return nil }
        var code = HMAC<SHA256>(key: SymmetricKey(data: Array((rollout.uid ?? rollout.name).utf8)))
        for (name, value) in values {
            // Each with its length: no two lists of pairs give the same bytes.
            for text in [name, value] { code.update(data: Array("\(text.utf8.count):\(text)".utf8)) }
        }
        return Hex.encode(code.finalize())
    }

    /// Names as One-Click reads them, without blanks around; of two with one name the last counts. Sorted by name.
    static func values(of spec: Rollout.Spec) -> [(name: String, value: String)] {
        var values: [String: String] = [:]
        for secret in spec.secrets { values[secret.name.trimmingBlanks] = secret.value }
        return values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }
}

extension String {
    /// Without white space at either end.
    var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

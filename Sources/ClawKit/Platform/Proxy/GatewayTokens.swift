import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Synchronization

/// The tokens by which runtimes know the platform, read from their Secrets once per pod.
final class GatewayTokens: Sendable {
    /// More pods than one control plane serves; beyond, reading starts afresh.
    private static let capacity = 10_000

    private let api: any KubernetesAPI
    /// By the pod's uid: a pod keeps the token it was started with.
    private let tokens = Mutex<[String: Secret<String>]>([:])

    init(api: any KubernetesAPI) { self.api = api }

    /// The token, and whether it was just read; nil for a runtime that has none.
    func token(of pod: Pod) async throws -> (token: Secret<String>?, isFresh: Bool) {
        let uid = pod.uid ?? ""
        if let known = tokens.withLock({ $0[uid] }) { return (known, false) }
        let secret = try await api.find(KubernetesSecret.self, "\(pod.runtimeName)-runtime", in: pod.namespace)
        guard let text = secret?.data[RuntimeCell.gatewayToken], let bytes = Base64.decode(text) else {
            return (nil, true)
        }
        let token = Secret(String(decoding: bytes, as: UTF8.self))
        tokens.withLock { tokens in
            if tokens.count >= Self.capacity { tokens = [:] }
            tokens[uid] = token
        }
        return (token, true)
    }

    /// The pod did not accept it.
    func forget(_ pod: Pod) { tokens.withLock { $0[pod.uid ?? ""] = nil } }
}

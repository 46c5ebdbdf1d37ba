import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// The pods behind runtimes: where they listen, and by which token they know the platform.
struct RuntimePods: Sendable {
    private let pods: RuntimePodIndex
    private let runtimes: ObjectCache<Runtime>
    let tokens: GatewayTokens
    /// Those that are no pods.
    let remotes: RemoteRuntimes

    init(_ services: PlatformServices) {
        (pods, runtimes) = (RuntimePodIndex(services.caches), services.caches.cache(Runtime.self))
        tokens = GatewayTokens(api: services.api)
        remotes = RemoteRuntimes(services.caches)
    }

    /// Whether there is something that can be asked.
    func areReachable(for runtime: RuntimeReference) -> Bool {
        do { return try remotes.capacity(of: runtime) != nil || (try? endpoint(of: runtime)) != nil } catch { return false }
    }

    /// - Throws: ``Finding`` (`E_NOT_READY`) where there is no pod that can be asked.
    func endpoint(of runtime: RuntimeReference) throws(Finding) -> (Pod, PodEndpoint) {
        let pod = runtimes.get(runtime.runtime, in: runtime.project).flatMap { pods.serving(RuntimeCellID($0)) }
        guard let pod, pod.isReady, !pod.isBeingDeleted, let port = pod.spec?.containers.first?.ports.first,
            let endpoint = pod.endpoint(port: port.name.map { .string($0) } ?? .int(port.containerPort))
        else {
            throw Finding(.notReady, "\(runtime) is coming back; try again in a moment.", details: ["retryAfter": "2"])
        }
        return (pod, endpoint)
    }

    func token(of runtime: RuntimeReference) async throws -> Secret<String>? {
        if let capacity = try remotes.capacity(of: runtime) { return try await remotes.token(of: capacity) }
        return try await tokens.token(of: try endpoint(of: runtime).0).token
    }
}

extension PodEndpoint {
    /// As URLs have it (RFC 3986, section 3.2).
    var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    var server: RuntimeServer { RuntimeServer(authority: authority) }
}

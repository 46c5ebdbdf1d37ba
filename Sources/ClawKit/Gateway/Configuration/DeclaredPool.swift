/// The ready pods of a Gateway API InferencePool, as a configuration names them.
public struct DeclaredPool: Sendable, Hashable {
    public var namespace: String
    public var name: String
    /// What the dialect's paths are put behind on each pod: `/v1`.
    public var path: String
    public var scheme: String

    public init(_ name: String, in namespace: String, path: String = "", scheme: String = "http") {
        (self.name, self.namespace, self.path, self.scheme) = (name, namespace, path, scheme)
    }
}

/// One port of one pod.
struct PoolMember: Sendable, Hashable {
    /// The pod's; with the port where the pool has several.
    var name: String
    var host: String
    var port: Int

    func baseURL(_ pool: DeclaredPool) -> String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "\(pool.scheme)://\(host):\(port)\(pool.path)"
    }
}

extension DeclaredUpstream {
    var pool: DeclaredPool? { if case .pool(let pool, _, _, _) = self { pool } else { nil } }
}

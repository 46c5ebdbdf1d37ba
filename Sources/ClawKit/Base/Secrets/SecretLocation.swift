/// Where a secret is kept. The reference itself is no secret: it may be logged and shown.
public enum SecretLocation: Sendable, Hashable {
    /// A variable of this process's environment.
    case environment(String)
    /// A file; white space at its end does not count.
    case file(String)
    /// An entry of a Kubernetes Secret.
    case cluster(namespace: String, name: String, key: String)

    /// Reads `namespace/name/key`.
    public init?(clusterPath path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self = .cluster(namespace: String(parts[0]), name: String(parts[1]), key: String(parts[2]))
    }
}

extension SecretLocation: CustomStringConvertible {
    /// As written in configuration: `{env: NAME}`.
    public var description: String {
        switch self {
        case .environment(let name): "{env: \(name)}"
        case .file(let path): "{file: \(path)}"
        case .cluster(let namespace, let name, let key): "{secret: \(namespace)/\(name)/\(key)}"
        }
    }
}

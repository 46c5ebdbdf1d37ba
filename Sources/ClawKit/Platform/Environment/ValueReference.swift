/// One entry of what is kept in a place. No secret itself: it may be logged and shown.
public struct ValueReference: Sendable, Hashable, CustomStringConvertible {
    public var place: ValuePlace
    /// Empty where a place holds one value only.
    public var key: String

    public init(_ place: ValuePlace, key: String) { (self.place, self.key) = (place, key) }

    public var description: String { key.isEmpty ? "\(place)" : "\(place), entry \(key)" }
}

/// Where values are kept that are read together.
public enum ValuePlace: Sendable, Hashable, CustomStringConvertible {
    case secret(namespace: String, name: String)
    case file(String)
    /// A variable of this process.
    case environment(String)
    /// - namespace: of the layer that names it: who asks.
    case vault(store: String, path: String, version: Int?, namespace: String)

    public var description: String {
        switch self {
        case .secret(let namespace, let name): "Secret \(namespace)/\(name)"
        case .file(let path): "file \(path)"
        case .environment(let name): "environment variable \(name)"
        case .vault(let store, let path, let version, _):
            "SecretStore \(store), \(path)\(version.map { " version \($0)" } ?? "")"
        }
    }
}

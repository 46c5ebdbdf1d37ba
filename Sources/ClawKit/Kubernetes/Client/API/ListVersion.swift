import ClawBase

/// How new a list must be.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list>
public enum ListVersion: Sendable, Hashable {
    /// The newest state, certainly.
    case latest
    /// Whatever the server has at hand, which may be older than what was read before.
    case any
    /// At least as new as that version.
    case notOlder(than: String)
    /// Exactly that version, as long as the server still has it (410 otherwise).
    case exact(String)

    func add(to query: inout QueryParameters) {
        switch self {
        case .latest: break
        case .any: query["resourceVersion"] = "0"
        case .notOlder(let version):
            query["resourceVersion"] = version
            query["resourceVersionMatch"] = "NotOlderThan"
        case .exact(let version):
            query["resourceVersion"] = version
            query["resourceVersionMatch"] = "Exact"
        }
    }
}

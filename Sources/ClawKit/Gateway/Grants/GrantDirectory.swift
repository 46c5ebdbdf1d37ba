import Synchronization

/// Finds the grant of a key. Asked once per request, so a look-up must not depend on how many grants there are.
public protocol GrantDirectory: Sendable {
    /// The grant of the key with this SHA-256 (lower-case hex); nil where there is none. Expired ones may be returned.
    func grant(forKeyHash keyHash: String) async -> ModelGrant?
}

/// Grants in memory.
public final class InMemoryGrants: GrantDirectory {
    private let grants: Mutex<[String: ModelGrant]>

    /// Of several grants with one key's hash the last counts.
    public init(_ grants: [ModelGrant] = []) {
        self.grants = Mutex(Dictionary(grants.map { ($0.keyHash, $0) }) { _, last in last })
    }

    /// Adds a grant or replaces the one with the same key; holds from the next request.
    public func add(_ grant: ModelGrant) { grants.withLock { $0[grant.keyHash] = grant } }

    /// Forgets all grants and takes these; holds from the next request.
    public func replace(_ grants: [ModelGrant]) {
        let new = Dictionary(grants.map { ($0.keyHash, $0) }) { _, last in last }
        self.grants.withLock { $0 = new }
    }

    /// Revokes a key; holds from the next request.
    public func remove(keyHash: String) { grants.withLock { $0[keyHash] = nil } }

    public func grant(forKeyHash keyHash: String) async -> ModelGrant? { grants.withLock { $0[keyHash] } }
}

import Synchronization

/// Finds the grant of a key. Asked once per request, so a look-up must not depend on how many grants there are.
public protocol GrantDirectory: Sendable {
    /// The grant of the key with this SHA-256 (lower-case hex); nil where there is none. Expired ones may be returned.
    func grant(forKeyHash keyHash: String) async -> ModelGrant?

    /// Has `changed` called whenever a grant may have changed or ended, with its id, and with nil where any may have: calls under way are looked at again then. By default grants hold for calls that have begun.
    func follow(_ changed: @escaping @Sendable (_ grant: String?) -> Void)
}

extension GrantDirectory {
    public func follow(_ changed: @escaping @Sendable (_ grant: String?) -> Void) {}
}

/// Who wants to hear of changed grants.
final class GrantFollowers: Sendable {
    private let followers = Mutex<[@Sendable (String?) -> Void]>([])

    func add(_ follower: @escaping @Sendable (String?) -> Void) { followers.withLock { $0.append(follower) } }

    func tell(_ grant: String?) { for follower in followers.withLock({ $0 }) { follower(grant) } }
}

/// Grants in memory.
public final class InMemoryGrants: GrantDirectory {
    private let grants: Mutex<[String: ModelGrant]>
    private let followers = GrantFollowers()

    /// Of several grants with one key's hash the last counts.
    public init(_ grants: [ModelGrant] = []) {
        self.grants = Mutex(Dictionary(grants.map { ($0.keyHash, $0) }) { _, last in last })
    }

    /// Adds a grant or replaces the one with the same key; holds from the next request.
    public func add(_ grant: ModelGrant) {
        let old = grants.withLock { $0.updateValue(grant, forKey: grant.keyHash) }
        if let old { followers.tell(old.id) }
    }

    /// Forgets all grants and takes these; holds from the next request, and ends streams whose key is not among them.
    public func replace(_ grants: [ModelGrant]) {
        let new = Dictionary(grants.map { ($0.keyHash, $0) }) { _, last in last }
        self.grants.withLock { $0 = new }
        followers.tell(nil)
    }

    /// Revokes a key; holds from the next request, and ends streams that are open.
    public func remove(keyHash: String) {
        if let old = grants.withLock({ $0.removeValue(forKey: keyHash) }) { followers.tell(old.id) }
    }

    public func follow(_ changed: @escaping @Sendable (_ grant: String?) -> Void) { followers.add(changed) }

    public func grant(forKeyHash keyHash: String) async -> ModelGrant? { grants.withLock { $0[keyHash] } }
}

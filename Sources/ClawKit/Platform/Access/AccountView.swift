import ClawBase
import Synchronization

/// What is known of users and their sessions without asking the store: who is disabled, whose sessions ended, which
/// token is whose.
///
/// Everything is read once and kept for as long as the store tells of every change (``RecordCache``), so that a
/// revocation by any process holds here within a second: at once where the store is this process's own, when its
/// NOTIFY arrives where it is PostgreSQL. While that news is interrupted every request asks the store again; where the
/// store does not answer either, nobody is let in.
struct AccountView: Sendable {
    /// Of a user, what a request is judged by.
    struct Account: Sendable {
        let name: String
        /// Whole seconds: a session's cookie knows no more.
        let since: Int64
        let epoch: Int
        let isDisabled: Bool
        let isAdministrator: Bool
        let credentials: [User.Credential]

        init(_ user: User) {
            (name, since, epoch) = (user.name, user.createdAt.seconds, user.sessionEpoch)
            (isDisabled, isAdministrator, credentials) = (user.isDisabled, user.isAdministrator, user.credentials)
        }
    }

    struct KnownSession: Sendable {
        let user: String
        let isEnded: Bool
        let lastSeenAt: Timestamp
    }

    /// What is used of them stays in memory: 0.7 kB for a user with a session.
    private static let capacity = 200_000

    private let store: any PlatformStore
    private let accounts: RecordCache<User, Account>
    private let sessions: RecordCache<SessionRecord, KnownSession>
    /// Whose a token's hash was when it was last looked up. A hint: the account decides.
    private let holders = Shared(BoundedMap<String, String>(capacity: capacity))
    /// Sessions whose use is being noted.
    private let noting = Shared(Set<String>())

    init(_ store: any PlatformStore) {
        self.store = store
        accounts = RecordCache(store, capacity: Self.capacity) { Account($0) }
        sessions = RecordCache(store, capacity: Self.capacity) {
            KnownSession(user: $0.user, isEnded: $0.revokedAt != nil, lastSeenAt: $0.lastSeenAt)
        }
    }

    func account(_ name: String) async throws -> Account? { try await accounts.get(name) }

    /// The account that a session is of; nil where the session is not (or no longer) valid.
    func account(of session: Session, at now: Timestamp) async throws -> Account? {
        guard let account = try await accounts.get(session.user), account.epoch == session.epoch,
            // A name that was given up and taken again is another person.
            account.since <= session.issuedAt.seconds,
            let known = try await sessions.get(session.id), known.user == account.name, !known.isEnded
        else { return nil }
        if now - known.lastSeenAt >= SessionRecord.seenInterval { await noteUse(of: session.id, at: now) }
        return account
    }

    /// The account with a token, found by the token's hash: how long that takes says nothing about the token itself.
    func account(withToken token: Secret<String>) async throws -> (account: Account, credential: User.Credential)? {
        let hash = Token.hash(token.reveal())
        if let name = holders.value.withLock({ $0.find(hash) }), let found = try await accounts.get(name)?.with(hash) {
            return found
        }
        guard let name = try await store.user(withToken: token)?.user.record.name else { return nil }
        // As it is now, like everything else that is decided here.
        guard let found = try await accounts.get(name)?.with(hash) else { return nil }
        holders.value.withLock { $0.set(name, for: hash) }
        return found
    }

    /// Whoever asks does not wait for more than this, nor is refused where it cannot be noted.
    private func noteUse(of session: String, at now: Timestamp) async {
        guard noting.value.withLock({ $0.insert(session).inserted }) else { return }
        try? await store.noteUse(of: session, at: now)
        noting.value.withLock { _ = $0.remove(session) }
    }

    /// A mutex that a value can hold.
    private final class Shared<Value: Sendable>: Sendable {
        let value: Mutex<Value>
        init(_ value: Value) { self.value = Mutex(value) }
    }
}

extension AccountView.Account {
    fileprivate func with(_ hash: String) -> (AccountView.Account, User.Credential)? {
        credentials.first { ConstantTime.equal($0.hash, hash) }.map { (self, $0) }
    }
}

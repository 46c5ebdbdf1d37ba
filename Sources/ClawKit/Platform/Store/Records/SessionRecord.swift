public import ClawBase
public import ClawDocuments

/// That somebody is signed in, as the platform knows it: so that one of a user's sessions can be ended.
///
/// The cookie alone says who its bearer is; this says whether it still holds. All sessions of a user end at once with
/// their epoch (``User/sessionEpoch``).
public struct SessionRecord: StoredRecord {
    /// The oldest go where there are very many: who has one of these signs in again.
    public static let kind = RecordKind("session", retaining: 500_000)
    /// So often at most a session's last use is noted.
    public static let seenInterval = Duration.seconds(300)
    /// So many sessions one user may have; the oldest end.
    public static let limit = 50

    /// Stands in the cookie. No secret: a cookie is good by its signature.
    public let id: String
    public let user: String
    public let createdAt: Timestamp
    public let expiresAt: Timestamp
    /// Within ``seenInterval``.
    public var lastSeenAt: Timestamp
    /// Since when its cookie is worth nothing.
    public var revokedAt: Timestamp?
    /// From where and with what it was begun, as far as the request said.
    public let peer: String?
    public let userAgent: String?
    /// The token that it was begun with, by ``User/Credential/id``: it ends with that.
    public let credential: String?

    public init(
        id: String, user: String, createdAt: Timestamp, expiresAt: Timestamp, lastSeenAt: Timestamp? = nil,
        revokedAt: Timestamp? = nil, peer: String? = nil, userAgent: String? = nil,
        credential: String? = nil
    ) {
        self.id = id
        self.user = user
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastSeenAt = lastSeenAt ?? createdAt
        self.revokedAt = revokedAt
        self.peer = peer
        self.userAgent = userAgent.map { String($0.prefix(256)) }
        self.credential = credential
    }

    public var key: String { id }
    static let userIndex = "user"
    static let stateIndex = "state"
    public var isRetirable: Bool { true }
    public var indexes: [RecordIndex] {
        [RecordIndex(Self.userIndex, user)] + (revokedAt == nil ? [] : [RecordIndex(Self.stateIndex, "revoked")])
    }

    public var json: JSON {
        var object = JSONObject()
        object.set("id", id)
        object.set("user", user)
        object.set("createdAt", createdAt)
        object.set("expiresAt", expiresAt)
        object.set("lastSeenAt", lastSeenAt)
        object.set("revokedAt", revokedAt)
        object.set("peer", peer)
        object.set("userAgent", userAgent)
        object.set("credential", credential)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(
            id: try document.string("id"), user: try document.string("user"),
            createdAt: try document.time("createdAt"), expiresAt: try document.time("expiresAt"),
            lastSeenAt: try document.time("lastSeenAt"), revokedAt: try document.optionalTime("revokedAt"),
            peer: json["peer"]?.string, userAgent: json["userAgent"]?.string,
            credential: json["credential"]?.string)
    }
}

extension PlatformStore {
    /// A user's sessions, the oldest first; those that were ended too, until they would have expired.
    public func sessions(of user: String) async throws -> [Versioned<SessionRecord>] {
        try await list(SessionRecord.self, index: (SessionRecord.userIndex, user))
    }

    /// Sessions that were ended before they expired.
    public func revokedSessions(after: String? = nil, limit: Int = 1000) async throws -> [Versioned<SessionRecord>] {
        try await list(SessionRecord.self, index: (SessionRecord.stateIndex, "revoked"), after: after, limit: limit)
    }

    /// Begins a session. The user's expired ones go, and the oldest where there are too many.
    public func begin(_ session: SessionRecord) async throws {
        let others = try await sessions(of: session.user).map(\.record)
        let expired = others.filter { $0.expiresAt <= session.createdAt }
        let alive = others.filter { $0.expiresAt > session.createdAt }
        let leaving = expired + alive.dropLast(SessionRecord.limit - 1)
        _ = try await commit(over: leaving.map { RecordKey(SessionRecord.kind, $0.id) }) { rows in
            // Some may have gone meanwhile.
            let there = leaving.filter { rows.row(SessionRecord.kind, $0.id) != nil }
            let deletions = there.map { RecordChange.delete(SessionRecord.kind, key: $0.id, version: nil) }
            return (RecordWrites(deletions + [.create(session)]), ())
        }
    }

    /// Ends one session: its cookie is worth nothing from now on.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    public func endSession(_ id: String, at now: Timestamp) async throws {
        try await modify(SessionRecord.self, id) { $0.revokedAt = $0.revokedAt ?? now }
    }

    /// Ends the sessions that were begun with a token.
    func endSessions(of user: String, begunWith credential: String, at now: Timestamp) async throws {
        for session in try await sessions(of: user).map(\.record)
        where session.credential == credential && session.revokedAt == nil && session.expiresAt > now {
            do {
                try await endSession(session.id, at: now)
            } catch let finding as Finding where finding.code == .notFound {}
        }
    }

    /// Ends all of a user's sessions, everywhere.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    public func endSessions(of user: String, at now: Timestamp) async throws {
        let ids = try await sessions(of: user).map(\.record.id)
        let keys = [RecordKey(User.kind, user)] + ids.map { RecordKey(SessionRecord.kind, $0) }
        _ = try await commit(over: keys) { rows in
            var found = try rows.require(User.self, user)
            // Ends those too that begin in this moment.
            found.record.sessionEpoch += 1
            var changes: [RecordChange] = [.replace(found)]
            for id in ids {
                guard var session = try rows.get(SessionRecord.self, id), session.record.revokedAt == nil else {
                    continue
                }
                session.record.revokedAt = now
                changes.append(.replace(session))
            }
            return (RecordWrites(changes), ())
        }
    }

    /// Notes that a session is used, where that was not noted lately.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    public func noteUse(of session: String, at now: Timestamp) async throws {
        try await modify(SessionRecord.self, session) { session in
            if now - session.lastSeenAt >= SessionRecord.seenInterval { session.lastSeenAt = now }
        }
    }
}

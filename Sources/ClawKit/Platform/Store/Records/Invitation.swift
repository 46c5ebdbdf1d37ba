public import ClawBase
public import ClawDocuments

/// Lets somebody become a user, once, with a token that only they have.
public struct Invitation: StoredRecord {
    public static let kind = RecordKind("invitation", retaining: 10_000)

    public let id: String
    /// ``Token/hash(_:)`` of the token.
    public let tokenHash: String
    /// Whom it was sent to, in the words of whoever did: an address, a name.
    public let invitee: String
    /// What the new user is to be: a member of this project, with this role.
    public let project: String?
    public let role: String?
    public let isAdministrator: Bool
    public let createdAt: Timestamp
    public let createdBy: String
    public let expiresAt: Timestamp
    public internal(set) var revokedAt: Timestamp?
    public internal(set) var acceptedAt: Timestamp?
    /// The user that came of it.
    public internal(set) var acceptedBy: String?

    public init(
        id: String, tokenHash: String, invitee: String, project: String? = nil, role: String? = nil,
        isAdministrator: Bool = false, createdAt: Timestamp, createdBy: String, expiresAt: Timestamp
    ) {
        self.id = id
        self.tokenHash = tokenHash
        self.invitee = invitee
        self.project = project
        self.role = role
        self.isAdministrator = isAdministrator
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
    }

    /// An invitation with a new random token, which is nowhere else than in what is returned.
    public static func make(
        to invitee: String, project: String? = nil, role: String? = nil, isAdministrator: Bool = false,
        by actor: String, lifetime: Duration, at now: Timestamp
    ) -> (record: Invitation, token: Secret<String>) {
        let token = Token.random(prefix: "claw-invite")
        let record = Invitation(
            id: RecordID.make(at: now), tokenHash: Token.hash(token.reveal()), invitee: invitee, project: project,
            role: role, isAdministrator: isAdministrator, createdAt: now, createdBy: actor, expiresAt: now + lifetime)
        return (record, token)
    }

    static let unusable = Finding(
        .session, "The invitation is not known, was used already, or has expired; ask for a new one.")

    public var key: String { id }
    /// Once it was used or taken back.
    public var isRetirable: Bool { acceptedAt != nil || revokedAt != nil }
    static let tokenIndex = "token"
    public var indexes: [RecordIndex] { [RecordIndex(Self.tokenIndex, tokenHash, isUnique: true)] }

    public var json: JSON {
        var object = JSONObject()
        object.set("id", id)
        object.set("tokenHash", tokenHash)
        object.set("invitee", invitee)
        object.set("project", project)
        object.set("role", role)
        object["administrator"] = .bool(isAdministrator)
        object.set("createdAt", createdAt)
        object.set("createdBy", createdBy)
        object.set("expiresAt", expiresAt)
        object.set("revokedAt", revokedAt)
        object.set("acceptedAt", acceptedAt)
        object.set("acceptedBy", acceptedBy)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(
            id: try document.string("id"), tokenHash: try document.string("tokenHash"),
            invitee: try document.string("invitee"), project: json["project"]?.string, role: json["role"]?.string,
            isAdministrator: json["administrator"]?.bool ?? false, createdAt: try document.time("createdAt"),
            createdBy: try document.string("createdBy"), expiresAt: try document.time("expiresAt"))
        revokedAt = try document.optionalTime("revokedAt")
        acceptedAt = try document.optionalTime("acceptedAt")
        acceptedBy = json["acceptedBy"]?.string
    }
}

extension PlatformStore {
    /// The invitation a token belongs to, valid or not.
    public func invitation(_ token: Secret<String>) async throws -> Versioned<Invitation>? {
        let hash = Token.hash(token.reveal())
        guard let found = try await find(Invitation.self, Invitation.tokenIndex, hash),
            ConstantTime.equal(found.record.tokenHash, hash)
        else { return nil }
        return found
    }

    /// Makes the invited user, and the invitation void, in one commit: of several who show the token at once one
    /// becomes the user.
    /// - Parameter user: makes the user from the invitation.
    /// - Throws: ``Finding``: `E_SESSION` where the token is not known, was used, taken back or has expired; `E_EXISTS`
    ///   where the user's name is taken: the invitation stays good then.
    public func accept(
        _ token: Secret<String>, at now: Timestamp, as user: @escaping @Sendable (Invitation) throws -> User
    ) async throws -> (invitation: Invitation, user: User) {
        let unusable = Invitation.unusable
        guard let id = try await invitation(token)?.record.id else { throw unusable }
        return try await commit(over: [RecordKey(Invitation.kind, id)]) { rows in
            guard var found = try rows.get(Invitation.self, id), found.record.acceptedAt == nil,
                found.record.revokedAt == nil, now < found.record.expiresAt
            else { throw unusable }
            let user = try user(found.record)
            found.record.acceptedAt = now
            found.record.acceptedBy = user.name
            return (RecordWrites([.replace(found), .create(user)]), (found.record, user))
        }.result
    }

    /// Makes an invitation void. One that was accepted stays so.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    public func revokeInvitation(_ id: String, at now: Timestamp) async throws {
        try await modify(Invitation.self, id) { invitation in
            if invitation.acceptedAt == nil { invitation.revokedAt = invitation.revokedAt ?? now }
        }
    }
}

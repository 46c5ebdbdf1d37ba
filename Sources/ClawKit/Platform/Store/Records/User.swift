public import ClawBase
public import ClawDocuments

/// Somebody who may sign in.
public struct User: StoredRecord {
    public static let kind = RecordKind("user")

    /// An API token, known by its hash only (``Token/hash(_:)``).
    public struct Credential: Sendable, Hashable {
        public var hash: String
        /// What the token is for, in the words of whoever made it.
        public var label: String
        public var createdAt: Timestamp
        public var expiresAt: Timestamp?

        public init(hash: String, label: String, createdAt: Timestamp, expiresAt: Timestamp? = nil) {
            (self.hash, self.label, self.createdAt, self.expiresAt) = (hash, label, createdAt, expiresAt)
        }
    }

    public let name: String
    public var displayName: String?
    public var credentials: [Credential]
    public let createdAt: Timestamp
    /// May not sign in, and no session of theirs is valid.
    public var isDisabled: Bool
    /// May do everything.
    public var isAdministrator: Bool
    /// Sessions of another epoch are void: counting up signs out everywhere.
    public var sessionEpoch: Int

    public init(
        name: String, displayName: String? = nil, credentials: [Credential] = [], createdAt: Timestamp,
        isDisabled: Bool = false, isAdministrator: Bool = false, sessionEpoch: Int = 0
    ) {
        self.name = name
        self.displayName = displayName
        self.credentials = credentials
        self.createdAt = createdAt
        self.isDisabled = isDisabled
        self.isAdministrator = isAdministrator
        self.sessionEpoch = sessionEpoch
    }

    public var key: String { name }
    static let tokenIndex = "token"
    public var indexes: [RecordIndex] { credentials.map { RecordIndex(Self.tokenIndex, $0.hash, isUnique: true) } }

    public var json: JSON {
        var object = JSONObject()
        object.set("name", name)
        object.set("displayName", displayName)
        object["credentials"] = .array(
            credentials.map { credential in
                var object = JSONObject()
                object.set("hash", credential.hash)
                object.set("label", credential.label)
                object.set("createdAt", credential.createdAt)
                object.set("expiresAt", credential.expiresAt)
                return .object(object)
            })
        object.set("createdAt", createdAt)
        object["disabled"] = .bool(isDisabled)
        object["administrator"] = .bool(isAdministrator)
        object.set("sessionEpoch", sessionEpoch)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        var credentials: [Credential] = []
        for element in json["credentials"]?.array ?? [] {
            let document = StoredDocument(element, of: Self.kind)
            credentials.append(
                Credential(
                    hash: try document.string("hash"), label: try document.string("label"),
                    createdAt: try document.time("createdAt"), expiresAt: try document.optionalTime("expiresAt")))
        }
        self.init(
            name: try document.string("name"), displayName: json["displayName"]?.string, credentials: credentials,
            createdAt: try document.time("createdAt"), isDisabled: json["disabled"]?.bool ?? false,
            isAdministrator: json["administrator"]?.bool ?? false, sessionEpoch: try document.integer("sessionEpoch"))
    }
}

extension PlatformStore {
    /// The user a bearer token belongs to. Found by the token's hash: how long the search takes says nothing about
    /// the token itself.
    public func user(withToken token: Secret<String>) async throws -> (
        user: Versioned<User>, credential: User.Credential
    )? {
        let hash = Token.hash(token.reveal())
        guard let found = try await find(User.self, User.tokenIndex, hash),
            let credential = found.record.credentials.first(where: { ConstantTime.equal($0.hash, hash) })
        else { return nil }
        return (found, credential)
    }
}

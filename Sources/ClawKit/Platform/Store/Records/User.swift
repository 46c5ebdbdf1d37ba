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
        public var scope: TokenScope
        public var audiences: Set<TokenAudience>

        public init(
            hash: String, label: String, createdAt: Timestamp, expiresAt: Timestamp? = nil,
            scope: TokenScope = .administer, audiences: Set<TokenAudience> = Set(TokenAudience.allCases)
        ) {
            (self.hash, self.label, self.createdAt, self.expiresAt) = (hash, label, createdAt, expiresAt)
            (self.scope, self.audiences) = (scope, audiences)
        }

        /// Names the token in lists; of no use for anything else.
        public var id: String { String(hash.prefix(16)) }

        /// The same, of a token that is shown.
        static func id(of token: Secret<String>) -> String { String(Token.hash(token.reveal()).prefix(16)) }
    }

    /// So many tokens one user may have.
    public static let mostTokens = 50

    /// A password, known by its slow hash only.
    public struct Password: Sendable, Hashable {
        /// With its parameters and salt: `$scrypt$ln=…,r=…,p=…$SALT$HASH`.
        public var hash: String
        public var changedAt: Timestamp
        /// Of one that somebody else has set: until then it can be changed into another, and it is good for nothing else.
        public var temporaryUntil: Timestamp?

        public init(hash: String, changedAt: Timestamp, temporaryUntil: Timestamp? = nil) {
            (self.hash, self.changedAt, self.temporaryUntil) = (hash, changedAt, temporaryUntil)
        }
    }

    /// An account at an OpenID Connect provider, which is this user's. Found by nothing else: names and addresses there
    /// may change hands.
    public struct Identity: Sendable, Hashable {
        public var issuer: String
        /// What the issuer calls the account, for good (`sub`).
        public var subject: String

        public init(issuer: String, subject: String) { (self.issuer, self.subject) = (issuer, subject) }

        var indexValue: String { Token.hash("\(issuer)\n\(subject)") }
        /// `{issuer, subject}`
        var json: JSON { ["issuer": .string(issuer), "subject": .string(subject)] }
    }

    public let name: String
    public var displayName: String?
    public var credentials: [Credential]
    public var password: Password?
    public var identities: [Identity]
    public let createdAt: Timestamp
    /// May not sign in, and no session of theirs is valid.
    public var isDisabled: Bool
    /// May do everything.
    public var isAdministrator: Bool
    /// Sessions of another epoch are void: counting up signs out everywhere.
    public var sessionEpoch: Int

    public init(
        name: String, displayName: String? = nil, credentials: [Credential] = [], password: Password? = nil,
        createdAt: Timestamp, isDisabled: Bool = false, isAdministrator: Bool = false, sessionEpoch: Int = 0,
        identities: [Identity] = []
    ) {
        self.identities = identities
        self.name = name
        self.displayName = displayName
        self.credentials = credentials
        self.password = password
        self.createdAt = createdAt
        self.isDisabled = isDisabled
        self.isAdministrator = isAdministrator
        self.sessionEpoch = sessionEpoch
    }

    public var key: String { name }
    static let tokenIndex = "token"
    static let identityIndex = "identity"
    public var indexes: [RecordIndex] {
        credentials.map { RecordIndex(Self.tokenIndex, $0.hash, isUnique: true) }
            + identities.map { RecordIndex(Self.identityIndex, $0.indexValue, isUnique: true) }
    }

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
                object["scope"] = .string(credential.scope.rawValue)
                object["audiences"] = .array(credential.audiences.map(\.rawValue).sorted().map(JSON.string))
                return .object(object)
            })
        if let password {
            var inner = JSONObject()
            inner.set("hash", password.hash)
            inner.set("changedAt", password.changedAt)
            inner.set("temporaryUntil", password.temporaryUntil)
            object["password"] = .object(inner)
        }
        if !identities.isEmpty { object["identities"] = .array(identities.map(\.json)) }
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
                    createdAt: try document.time("createdAt"), expiresAt: try document.optionalTime("expiresAt"),
                    // Tokens from before there were scopes could do everything, everywhere.
                    scope: element["scope"] == nil ? .administer : try document.word("scope"),
                    audiences: element["audiences"] == nil
                        ? Set(TokenAudience.allCases)
                        : Set(document.list("audiences").compactMap { TokenAudience(rawValue: $0) })))
        }
        var password: Password?
        if let element = json["password"], !element.isNull {
            let document = StoredDocument(element, of: Self.kind)
            password = Password(
                hash: try document.string("hash"), changedAt: try document.time("changedAt"),
                temporaryUntil: try document.optionalTime("temporaryUntil"))
        }
        var identities: [Identity] = []
        for element in json["identities"]?.array ?? [] {
            let document = StoredDocument(element, of: Self.kind)
            identities.append(
                Identity(issuer: try document.string("issuer"), subject: try document.string("subject")))
        }
        self.init(
            name: try document.string("name"), displayName: json["displayName"]?.string, credentials: credentials,
            password: password, createdAt: try document.time("createdAt"), isDisabled: json["disabled"]?.bool ?? false,
            isAdministrator: json["administrator"]?.bool ?? false, sessionEpoch: try document.integer("sessionEpoch"),
            identities: identities)
    }
}

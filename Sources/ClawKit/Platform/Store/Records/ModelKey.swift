public import ClawBase
public import ClawDocuments
public import ClawLedger

/// A key with which somebody may call models: known by its hash only.
public struct ModelKey: StoredRecord {
    public static let kind = RecordKind("model-key")

    public let id: String
    /// ``Token/hash(_:)`` of the key.
    public var hash: String
    /// The key's first characters, so that people can tell theirs apart.
    public var prefix: String
    /// What it is for, in the words of whoever made it.
    public var label: String
    /// For whom; what is spent with it is spent by them.
    public let subject: UsageSubject
    /// The models' names that may be asked for; empty: all.
    public var models: [String]
    /// The keys of further budgets that it is charged to, beside those of its subject.
    public var budgets: [String]
    public let createdAt: Timestamp
    public let createdBy: String
    /// From this moment it is void; nil: never.
    public var expiresAt: Timestamp?
    /// Since when it is void, because somebody said so.
    public var revokedAt: Timestamp?

    public init(
        id: String, hash: String, prefix: String, label: String, subject: UsageSubject, models: [String] = [],
        budgets: [String] = [], createdAt: Timestamp, createdBy: String, expiresAt: Timestamp? = nil,
        revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.hash = hash
        self.prefix = prefix
        self.label = label
        // What is spent with it names it.
        self.subject = UsageSubject(
            tenant: subject.tenant, project: subject.project, user: subject.user, runtime: subject.runtime, key: id)
        self.models = models
        self.budgets = budgets
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    /// A new random key, which is nowhere else than in what is returned.
    public static func make(
        label: String, subject: UsageSubject, models: [String] = [], budgets: [String] = [], by actor: String,
        expiresAt: Timestamp? = nil, at now: Timestamp
    ) -> (record: ModelKey, key: Secret<String>) {
        let key = Token.random(prefix: "sk-claw")
        let record = ModelKey(
            id: RecordID.make(at: now), hash: Token.hash(key.reveal()), prefix: String(key.reveal().prefix(12)),
            label: label, subject: subject, models: models, budgets: budgets, createdAt: now, createdBy: actor,
            expiresAt: expiresAt)
        return (record, key)
    }

    public func isValid(at now: Timestamp) -> Bool { revokedAt == nil && (expiresAt.map { now < $0 } ?? true) }

    public var key: String { id }
    static let hashIndex = "hash"
    public var indexes: [RecordIndex] {
        [RecordIndex(Self.hashIndex, hash, isUnique: true)]
            + subject.scopes.filter { ![.platform, .key].contains($0.level) }.map {
                RecordIndex("scope", $0.description)
            }
    }

    public var json: JSON {
        var object = JSONObject()
        object.set("id", id)
        object.set("hash", hash)
        object.set("prefix", prefix)
        object.set("label", label)
        object.set("tenant", subject.tenant)
        object.set("project", subject.project)
        object.set("user", subject.user)
        object.set("runtime", subject.runtime)
        object["models"] = .array(models.map(JSON.string))
        object["budgets"] = .array(budgets.map(JSON.string))
        object.set("createdAt", createdAt)
        object.set("createdBy", createdBy)
        object.set("expiresAt", expiresAt)
        object.set("revokedAt", revokedAt)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(
            id: try document.string("id"), hash: try document.string("hash"), prefix: try document.string("prefix"),
            label: try document.string("label"),
            subject: UsageSubject(
                tenant: json["tenant"]?.string, project: json["project"]?.string, user: json["user"]?.string,
                runtime: json["runtime"]?.string),
            models: document.list("models"), budgets: document.list("budgets"),
            createdAt: try document.time("createdAt"), createdBy: try document.string("createdBy"),
            expiresAt: try document.optionalTime("expiresAt"), revokedAt: try document.optionalTime("revokedAt"))
    }
}

extension PlatformStore {
    /// The record of a key that somebody shows, valid or not.
    public func modelKey(_ key: Secret<String>) async throws -> Versioned<ModelKey>? {
        try await modelKey(hash: Token.hash(key.reveal()))
    }

    /// Likewise, by ``Token/hash(_:)`` of the key.
    public func modelKey(hash: String) async throws -> Versioned<ModelKey>? {
        guard let found = try await find(ModelKey.self, ModelKey.hashIndex, hash),
            ConstantTime.equal(found.record.hash, hash)
        else { return nil }
        return found
    }

    /// The keys of a tenant, project, user or runtime.
    public func modelKeys(
        of scope: BudgetScope, after: String? = nil, limit: Int = 1000
    ) async throws -> [Versioned<ModelKey>] {
        try await list(ModelKey.self, index: ("scope", scope.description), after: after, limit: limit)
    }

    /// Makes a key void, once and for all.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`).
    @discardableResult
    public func revokeModelKey(_ id: String, at now: Timestamp) async throws -> Versioned<ModelKey> {
        try await modify(ModelKey.self, id) { $0.revokedAt = $0.revokedAt ?? now }
    }
}

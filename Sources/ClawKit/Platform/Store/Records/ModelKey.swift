public import ClawBase
public import ClawDocuments
public import ClawLedger

/// A key with which somebody may call models: known by its hash only.
public struct ModelKey: StoredRecord {
    /// Void ones go in the end, the oldest first.
    public static let kind = RecordKind("model-key", retaining: 100_000)

    public let id: String
    /// ``Token/hash(_:)`` of the key.
    public var hash: String
    /// The key's first characters, so that people can tell theirs apart.
    public var prefix: String
    /// What it is for, in the words of whoever made it.
    public var label: String
    /// For whom; what is spent with it is spent by them.
    public var subject: UsageSubject
    /// The models' names that may be asked for; empty: all.
    public var models: [String]
    /// What its owner wants to find again with it; no secrets.
    public var metadata: JSONObject
    /// Whether calls may be made with it whose cost cannot be bounded beforehand.
    public var allowsEstimates: Bool
    public let createdAt: Timestamp
    public let createdBy: String
    /// From this moment it is void; nil: never.
    public var expiresAt: Timestamp?
    /// Since when it is void, because somebody said so.
    public var revokedAt: Timestamp?

    public init(
        id: String, hash: String, prefix: String, label: String, subject: UsageSubject, models: [String] = [],
        metadata: JSONObject = [:], allowsEstimates: Bool = false, createdAt: Timestamp, createdBy: String, expiresAt: Timestamp? = nil,
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
        self.metadata = metadata
        self.allowsEstimates = allowsEstimates
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    /// How long answers to its requests are kept and given again to equal ones; zero: not at all; nil: as the gateway
    /// says. Stands in the metadata in LiteLLM's words, `cache: {ttl}`.
    public var cacheSeconds: Int? {
        get { metadata["cache"]?["ttl"]?.number.map { Int($0) } }
        set { metadata["cache"] = newValue.map { ["ttl": .integer(Int64($0))] } ?? .none }
    }

    /// A new random key, which is nowhere else than in what is returned.
    public static func make(
        label: String, subject: UsageSubject, models: [String] = [], by actor: String, expiresAt: Timestamp? = nil,
        at now: Timestamp
    ) -> (record: ModelKey, key: Secret<String>) {
        let (key, hash, prefix) = secret()
        let record = ModelKey(
            id: RecordID.make(at: now), hash: hash, prefix: prefix, label: label, subject: subject, models: models,
            createdAt: now, createdBy: actor, expiresAt: expiresAt)
        return (record, key)
    }

    /// Takes a new random key in the place of the old one, which is void from now on.
    public mutating func regenerate() -> Secret<String> {
        let key: Secret<String>
        (key, hash, prefix) = Self.secret()
        return key
    }

    package static func secret() -> (key: Secret<String>, hash: String, prefix: String) {
        shown(Token.random(prefix: "sk-claw"))
    }

    /// What is kept of a key.
    package static func shown(_ key: Secret<String>) -> (key: Secret<String>, hash: String, prefix: String) {
        (key, Token.hash(key.reveal()), String(key.reveal().prefix(min(12, key.reveal().count / 2))))
    }

    public func isValid(at now: Timestamp) -> Bool { revokedAt == nil && (expiresAt.map { now < $0 } ?? true) }

    public var key: String { id }
    public var isRetirable: Bool { revokedAt != nil }
    static let hashIndex = "hash"
    static let holderIndex = "scope"
    static let labelIndex = "label"
    public var indexes: [RecordIndex] {
        [RecordIndex(Self.hashIndex, hash, isUnique: true), RecordIndex(Self.labelIndex, label)]
            + subject.holders.filter { ![.platform, .key].contains($0.level) }.map {
                RecordIndex(Self.holderIndex, $0.description)
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
        if !metadata.isEmpty { object["metadata"] = .object(metadata) }
        if allowsEstimates { object["allowsEstimates"] = true }
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
            models: document.list("models"), metadata: json["metadata"]?.object ?? [:],
            allowsEstimates: json["allowsEstimates"]?.bool ?? false,
            createdAt: try document.time("createdAt"), createdBy: try document.string("createdBy"),
            expiresAt: try document.optionalTime("expiresAt"), revokedAt: try document.optionalTime("revokedAt"))
    }
}

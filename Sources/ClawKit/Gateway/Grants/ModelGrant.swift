public import ClawBase

/// What the holder of one virtual key may ask for.
public struct ModelGrant: Sendable, Hashable {
    /// For whom the key was made. Everything optional: a key may stand for a whole tenant.
    public struct Subject: Sendable, Hashable {
        public var tenant: String?
        public var project: String?
        public var user: String?
        public var runtime: String?

        public init(tenant: String? = nil, project: String? = nil, user: String? = nil, runtime: String? = nil) {
            (self.tenant, self.project, self.user, self.runtime) = (tenant, project, user, runtime)
        }
    }

    public var id: String
    /// The key's SHA-256 in lower-case hex (``Token/hash(_:)``); the key itself is kept nowhere.
    public var keyHash: String
    public var subject: Subject
    /// The aliases that may be asked for; empty: all.
    public var models: [String]
    /// From this moment the key is void; nil: never.
    public var expiresAt: Timestamp?

    public init(
        id: String, keyHash: String, subject: Subject = Subject(), models: [String] = [], expiresAt: Timestamp? = nil
    ) {
        (self.id, self.keyHash, self.subject) = (id, keyHash, subject)
        (self.models, self.expiresAt) = (models, expiresAt)
    }

    public func allows(_ model: String) -> Bool { models.isEmpty || models.contains(model) }
}

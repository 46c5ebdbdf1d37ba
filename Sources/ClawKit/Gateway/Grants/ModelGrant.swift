public import ClawBase
public import ClawPlatform

/// What the holder of one virtual key may ask for.
public struct ModelGrant: Sendable, Hashable {
    public var id: String
    /// The key's SHA-256 in lower-case hex (``Token/hash(_:)``); the key itself is kept nowhere.
    public var keyHash: String
    /// For whom the key was made, and whose its use is. Everything optional: a key may stand for a whole tenant.
    public var subject: UsageSubject
    /// The aliases that may be asked for; empty: all.
    public var models: [String]
    /// From this moment the key is void; nil: never.
    public var expiresAt: Timestamp?

    public init(
        id: String, keyHash: String, subject: UsageSubject = UsageSubject(), models: [String] = [],
        expiresAt: Timestamp? = nil
    ) {
        (self.id, self.keyHash, self.subject) = (id, keyHash, subject)
        (self.models, self.expiresAt) = (models, expiresAt)
    }

    public func allows(_ model: String) -> Bool { models.isEmpty || models.contains(model) }
}

public import ClawBase
public import ClawLedger

/// What the holder of one virtual key may ask for.
public struct ModelGrant: Sendable, Hashable {
    public var id: String
    /// The key's SHA-256 in lower-case hex (``Token/hash(_:)``); the key itself is kept nowhere.
    public var keyHash: String
    /// For whom the key was made, and whose its use is. Everything optional: a key may stand for a whole tenant.
    public var subject: UsageSubject
    /// The aliases and access groups that may be asked for; empty: all.
    public var models: [String]
    /// The key's own limits, beside those of its runtime, user, project and tenant.
    public var limits: [UsageLimit] = []
    /// Whether calls are taken whose cost cannot be bounded beforehand, such as those with documents behind links.
    public var allowsEstimates = false
    /// How long answers to its requests are kept and given again to equal ones, those of its tenant's other keys
    /// included (``AnswerCache``); zero: not at all; nil: as the gateway's cache says, which is not at all by default.
    public var cache: Duration?
    /// From this moment the key is void; nil: never.
    public var expiresAt: Timestamp?

    public init(
        id: String, keyHash: String, subject: UsageSubject = UsageSubject(), models: [String] = [],
        expiresAt: Timestamp? = nil
    ) {
        (self.id, self.keyHash, self.subject) = (id, keyHash, subject)
        (self.models, self.expiresAt) = (models, expiresAt)
    }
}

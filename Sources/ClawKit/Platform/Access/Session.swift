public import ClawBase

/// What a session cookie says. Trusted only after ``SessionSigner/verify(_:now:)``.
public struct Session: Sendable, Hashable {
    /// The key of its ``SessionRecord``, by which it can be ended alone.
    public let id: String
    public let user: String
    /// Whole seconds.
    public let issuedAt: Timestamp
    public let expiresAt: Timestamp
    /// The user's ``User/sessionEpoch`` when the session began.
    public let epoch: Int

    public init(id: String, user: String, issuedAt: Timestamp, expiresAt: Timestamp, epoch: Int) {
        self.id = id
        self.user = user
        self.issuedAt = Timestamp(seconds: issuedAt.seconds)
        self.expiresAt = Timestamp(seconds: expiresAt.seconds)
        self.epoch = epoch
    }
}

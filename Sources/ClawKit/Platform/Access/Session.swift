public import ClawBase

/// What a session cookie says. Trusted only after ``SessionSigner/verify(_:now:)``.
public struct Session: Sendable, Hashable {
    public let user: String
    /// Whole seconds.
    public let issuedAt: Timestamp
    public let expiresAt: Timestamp
    /// The user's ``User/sessionEpoch`` when the session began.
    public let epoch: Int

    public init(user: String, issuedAt: Timestamp, expiresAt: Timestamp, epoch: Int) {
        self.user = user
        self.issuedAt = Timestamp(seconds: issuedAt.seconds)
        self.expiresAt = Timestamp(seconds: expiresAt.seconds)
        self.epoch = epoch
    }
}

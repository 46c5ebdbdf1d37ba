import ClawBase
import ClawPlatform

extension PlatformStore {
    /// Begins a session of ten minutes, as signing in does.
    func signIn(
        _ user: String, epoch: Int = 0, _ signer: SessionSigner, at now: Timestamp
    ) async throws -> (cookie: Secret<String>, id: String) {
        let session = Session(
            id: RecordID.make(at: now), user: user, issuedAt: now, expiresAt: now + .seconds(600), epoch: epoch)
        try await begin(
            SessionRecord(id: session.id, user: user, createdAt: session.issuedAt, expiresAt: session.expiresAt))
        return (signer.sign(session), session.id)
    }
}

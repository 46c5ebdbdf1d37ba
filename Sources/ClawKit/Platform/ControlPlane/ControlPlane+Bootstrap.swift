public import ClawBase

extension ControlPlane {
    /// The name of the first administrator.
    public static let administrator = "admin"

    /// Makes the user `admin`, who may do everything, where there is none.
    /// - Returns: the token, only where the user is new; the caller hands it over and keeps no copy elsewhere.
    /// - Throws: ``Finding`` (`E_STORAGE`).
    public static func bootstrapAdministrator(
        in store: any PlatformStore, time: any TimeSource = SystemTime()
    ) async throws -> Secret<String>? {
        guard try await store.get(User.self, administrator) == nil else { return nil }
        let (user, token) = UserDirectory.user(try DNSLabel(administrator), isAdministrator: true, at: time.now)
        do {
            try await store.create(user)
        } catch let finding as Finding where finding.code == .alreadyExists {
            // Another process was faster, and has the token.
            return nil
        }
        return token
    }

    /// Makes a new token for the first administrator, for whoever has lost it; the old ones and all of the
    /// administrator's sessions end.
    /// - Throws: ``Finding`` (`E_NOT_FOUND`, `E_STORAGE`).
    public static func renewAdministratorToken(
        in store: any PlatformStore, time: any TimeSource = SystemTime()
    ) async throws -> Secret<String> {
        try await UserDirectory.renewToken(of: administrator, in: store, at: time.now)
    }
}

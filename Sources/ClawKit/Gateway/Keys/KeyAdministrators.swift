public import ClawBase
public import ClawPlatform

/// Who may make, change and end virtual keys over HTTP.
public protocol KeyAdministrators: Sendable {
    /// Whose token this is, in words for the audit trail; nil: nobody's who may.
    /// - Throws: ``Finding`` where it cannot be found out.
    func administrator(_ token: Secret<String>) async throws -> String?
}

/// One key that may do everything, as LiteLLM's `general_settings.master_key`.
public struct MasterKey: KeyAdministrators {
    private let hash: String

    public init(_ key: Secret<String>) { hash = Token.hash(key.reveal()) }

    public func administrator(_ token: Secret<String>) async throws -> String? {
        ConstantTime.equal(Token.hash(token.reveal()), hash) ? "master-key" : nil
    }
}

/// The platform's administrators, with their API tokens.
public struct PlatformAdministrators: KeyAdministrators {
    private let store: any PlatformStore
    private let time: any TimeSource

    public init(_ store: some PlatformStore, time: some TimeSource = .system) { (self.store, self.time) = (store, time) }

    public func administrator(_ token: Secret<String>) async throws -> String? {
        guard let (user, credential) = try await store.user(withToken: token) else { return nil }
        let isGood = credential.expiresAt.map { time.now < $0 } ?? true
        return user.record.isAdministrator && !user.record.isDisabled && isGood ? user.record.name : nil
    }
}

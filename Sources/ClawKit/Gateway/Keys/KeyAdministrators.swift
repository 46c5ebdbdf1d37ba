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

/// The platform's administrators, with API tokens for the audience ``TokenAudience/gateway`` and the scope
/// ``TokenScope/administer``.
public struct PlatformAdministrators: KeyAdministrators {
    private let authenticator: StoreAuthenticator

    public init(_ store: some PlatformStore, time: some TimeSource = .system) {
        authenticator = StoreAuthenticator(store: store, signer: nil, audience: .gateway, time: time)
    }

    public func administrator(_ token: Secret<String>) async throws -> String? {
        guard let principal = try await authenticator.identify(token: token).principal, principal.isAdministrator,
            principal.scope >= .administer
        else { return nil }
        return principal.user
    }
}

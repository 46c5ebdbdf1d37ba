import ClawBase

/// Tells who sends a request.
protocol RequestAuthenticator: Sendable {
    /// - Throws: ``APIStatus/unauthorized`` for credentials that are shown and not good. Who shows none is anonymous.
    func authenticate(_ request: Request) throws -> UserInfo
}

/// For the process that embeds the cluster: whoever holds the transport is the administrator.
struct TrustingAuthenticator: RequestAuthenticator {
    func authenticate(_ request: Request) -> UserInfo { .administrator }
}

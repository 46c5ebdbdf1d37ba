public import ClawBase
public import HTTPTypes

/// What the access check tells proxies besides who the visitor is: what the runtime is to get in place of the
/// visitor's cookies and tokens.
///
/// Only proxies that show the platform's key are told: everybody may ask the check about a request of their own, and
/// neither a runtime's token nor cookies that scripts cannot read are for them.
public struct TrustedProxies: Sendable {
    /// What proxies show; they set it themselves, whatever the client sent.
    public static let header = HTTPField.Name("X-Claw-Proxy-Key")!

    private let key: Secret<String>
    private let token: @Sendable (RuntimeReference) async throws -> Secret<String>?

    /// - Parameter token: by which a runtime knows the platform; nil for one that has none.
    public init(
        key: Secret<String>, token: @escaping @Sendable (RuntimeReference) async throws -> Secret<String>?
    ) {
        (self.key, self.token) = (key, token)
    }

    func recognise(_ request: Request) -> Bool {
        request.headers.value(Self.header).map { ConstantTime.equal($0, key.reveal()) } ?? false
    }

    /// The headers the runtime gets, beside the visitor's identity: its token, and the cookies that are not the
    /// platform's. No `Authorization`: what signs in to the platform does not reach a runtime.
    func headers(for request: Request, to runtime: RuntimeReference?) async throws -> HTTPFields {
        var headers: HTTPFields = [:]
        if let runtime { headers[.openClawToken] = try await token(runtime)?.reveal() }
        headers[values: .cookie] = request.headers[values: .cookie]
        SessionCookie.remove(from: &headers)
        // One header: a response with two of them is read in more than one way.
        // And no part of one that somebody joined with commas: the platform's must not be hidden in another.
        let cookies = headers[values: .cookie].filter { !$0.contains(SessionSigner.cookieName) }
        headers[values: .cookie] = cookies.isEmpty ? [] : [cookies.joined(separator: "; ")]
        return headers
    }
}

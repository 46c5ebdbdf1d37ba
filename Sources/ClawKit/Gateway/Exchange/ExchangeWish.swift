import ClawBase
import HTTPTypes

/// What a request for an exchange asks for: RFC 8693, section 2.1.
struct ExchangeWish: Sendable {
    let token: Secret<String>
    /// Of `scope`; empty: whatever the grant allows.
    let models: [String]

    init(_ request: Request, limit: Int, mostModels: Int) async throws {
        let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() } ?? ""
        guard type == "application/x-www-form-urlencoded" else {
            throw ExchangeRefusal(.invalidRequest, "Send a form: Content-Type: application/x-www-form-urlencoded.")
        }
        let bytes: [UInt8]
        do {
            bytes = try await request.body.collect(limit: limit)
        } catch let finding as Finding {
            throw finding
        } catch {
            throw ExchangeRefusal(.invalidRequest, "The request's body broke off; send it again.")
        }
        let form = QueryParameters(parsing: "?" + String(decoding: bytes, as: UTF8.self))
        // No parameter may stand twice (RFC 6749, section 3.2), but for those that RFC 8693 allows to.
        let once = form.items.map(\.name).filter { !["audience", "resource"].contains($0) }
        guard Set(once).count == once.count else {
            throw ExchangeRefusal(.invalidRequest, "A parameter stands twice; keep one of them.")
        }
        func value(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let grantType = value("grant_type") else {
            throw ExchangeRefusal(.invalidRequest, "grant_type is missing; send \(TokenExchange.grantType).")
        }
        guard grantType == TokenExchange.grantType else {
            throw ExchangeRefusal(.unsupportedGrantType, "Only \(TokenExchange.grantType) is served here.")
        }
        guard let token = value("subject_token") else {
            throw ExchangeRefusal(
                .invalidRequest, "subject_token is missing; send the token of the pod's service account.")
        }
        guard value("subject_token_type") == TokenExchange.jwt else {
            throw ExchangeRefusal(.invalidRequest, "subject_token_type must be \(TokenExchange.jwt).")
        }
        guard value("actor_token") == nil else {
            throw ExchangeRefusal(
                .invalidRequest, "actor_token means nothing here: a pod acts for itself; leave it away.")
        }
        guard [nil, TokenExchange.accessToken].contains(value("requested_token_type")) else {
            throw ExchangeRefusal(.invalidRequest, "requested_token_type may only be \(TokenExchange.accessToken).")
        }
        let targets = form.items.filter { ["audience", "resource"].contains($0.name) }.map(\.value)
        guard targets.allSatisfy({ $0 == TokenExchange.audience }) else {
            throw ExchangeRefusal(
                .invalidTarget, "Keys are for \(TokenExchange.audience) only; leave audience and resource away.")
        }
        let models = (value("scope") ?? "").split(separator: " ").map(String.init)
        guard models.count <= mostModels else {
            throw ExchangeRefusal(
                .invalidScope, "scope names more than \(mostModels) models; leave it away to get all.")
        }
        (self.token, self.models) = (Secret(token), models)
    }
}

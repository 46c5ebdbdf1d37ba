import ClawBase
import ClawDocuments
import HTTPTypes

extension ModelGateway {
    /// Finds out who asks. One hash and one look-up, however many keys there are.
    func grant(of request: Request) async throws(Refusal) -> ModelGrant {
        guard let key = Self.key(of: request.headers) else {
            throw .key("No key was sent; send the runtime's key as 'Authorization: Bearer …'.")
        }
        guard let grant = await grants.grant(forKeyHash: Token.hash(key)) else {
            throw .key("The key is not known here; use the one the platform gave to this runtime.")
        }
        if let expiry = grant.expiresAt, expiry <= time.now {
            throw .key("The key expired at \(expiry.rfc3339()); restart the runtime to get a new one.")
        }
        return grant
    }

    private static func key(of headers: HTTPFields) -> String? {
        if let header = headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return String(parts[1].drop { $0 == " " })
        }
        // As Anthropic's and Azure's SDKs send it.
        return headers[.apiKey].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The aliases this grant may ask for.
    func aliases(_ grant: ModelGrant) -> [String] { router.aliases.filter(grant.allows) }

    func models(_ grant: ModelGrant) -> Response {
        .json(["object": "list", "data": .array(aliases(grant).map(Self.json))])
    }

    func model(named alias: String, _ grant: ModelGrant) throws(Refusal) -> Response {
        try check(alias, grant)
        return .json(Self.json(alias))
    }

    /// - Throws: 404 for an alias that does not exist, 403 for one that the grant leaves out.
    func check(_ alias: String, _ grant: ModelGrant) throws(Refusal) {
        let mine = aliases(grant)
        let choice = mine.isEmpty ? "none" : mine.joined(separator: ", ")
        guard router.contains(alias) else {
            throw Refusal(
                .notFound,
                OpenAIError(
                    "The model '\(alias.prefix(128))' does not exist; this key may ask for: \(choice).", param: "model",
                    code: "model_not_found"))
        }
        guard grant.allows(alias) else {
            throw Refusal(
                .forbidden,
                OpenAIError(
                    "This key may not ask for the model '\(alias)'; it may ask for: \(choice).",
                    type: "permission_error", param: "model", code: "model_not_granted"))
        }
    }

    private static func json(_ alias: String) -> JSON {
        ["id": .string(alias), "object": "model", "created": 0, "owned_by": "clawkit"]
    }
}

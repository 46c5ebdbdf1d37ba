import ClawBase
import ClawDialects
import ClawDocuments
import HTTPTypes

extension ModelGateway {
    /// Finds out who asks. One hash and one look-up, however many keys there are.
    func grant(of request: Request) async throws(GatewayRefusal) -> ModelGrant {
        guard let key = Self.key(of: request.headers) else {
            throw .key("No key was sent; send the runtime's key as 'Authorization: Bearer …'.")
        }
        guard !AccountToken.isMeant(key) else {
            throw .key(
                "This is a service account's token, which is no model key; exchange it for one at \(TokenExchange.path).")
        }
        guard let grant = await grants.grant(forKeyHash: Token.hash(key)) else {
            throw .key("The key is not known here; use the one the platform gave to this runtime.")
        }
        if let expiry = grant.expiresAt, expiry <= time.now {
            throw .key("The key expired at \(expiry.rfc3339()); get a new one, by restarting the runtime or at \(TokenExchange.path).")
        }
        return grant
    }

    private static func key(of headers: HTTPFields) -> String? {
        if let header = headers.value(.authorization) {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return String(parts[1].drop { $0 == " " })
        }
        // As Anthropic's and Azure's SDKs send it.
        return headers.value(.apiKey).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The aliases this grant may ask for.
    private func aliases(_ grant: ModelGrant) -> [String] { router.aliases.filter { router.allows($0, grant.models) } }

    func models(
        _ name: String?, _ form: GatewayEndpoint.ModelListingForm, _ grant: ModelGrant
    ) throws(GatewayRefusal) -> Response {
        if let name {
            try check(name, grant)
            return Response(ModelListing.Entry(name: name).encodedOpenAI)
        }
        let listing = ModelListing(aliases(grant).map { ModelListing.Entry(name: $0) })
        return switch form {
        case .openAI: Response(listing.encodedOpenAI)
        case .anthropic: Response(listing.encodedAnthropic)
        case .ollama: Response(listing.encodedOllama)
        }
    }

    /// - Throws: 404 for an alias that does not exist, 403 for one that the grant leaves out.
    func check(_ alias: String, _ grant: ModelGrant) throws(GatewayRefusal) {
        let exists = router.contains(alias)
        if exists, router.allows(alias, grant.models) { return }
        let mine = aliases(grant)
        let choice = mine.isEmpty ? "none" : mine.joined(separator: ", ")
        guard exists else {
            throw GatewayRefusal(
                .request,
                ModelError(
                    .notFound, "The model '\(alias.prefix(128))' does not exist; this key may ask for: \(choice).",
                    param: "model", code: "model_not_found"))
        }
        throw GatewayRefusal(
            .key,
            ModelError(
                .permission, "This key may not ask for the model '\(alias)'; it may ask for: \(choice).", param: "model",
                code: "model_not_granted"))
    }

    /// An estimate: no tokenizer is asked.
    func countTokens(_ request: Request, _ grant: ModelGrant) async throws(GatewayRefusal) -> Response {
        let bytes: [UInt8]
        do { bytes = try await request.body.collect(limit: limits.requestBytes) } catch {
            throw GatewayRefusal(.request, ModelError(.tooLarge, "The body is too large, or broke off; send less."))
        }
        do {
            let asked = try ClientRequest(.anthropicMessages, bytes, limits: limits)
            try check(asked.model, grant)
            return .json(["input_tokens": .integer(Int64(InputBound(asked).estimate))])
        } catch let error as ModelError {
            throw GatewayRefusal(.request, error)
        } catch let refusal as GatewayRefusal {
            throw refusal
        } catch {
            throw GatewayRefusal(.gateway, ModelError(.server, "\(error)"))
        }
    }
}

extension Response {
    init(_ reply: DialectReply) {
        self.init(status: reply.status, headers: reply.headers, body: .bytes(reply.body))
    }
}

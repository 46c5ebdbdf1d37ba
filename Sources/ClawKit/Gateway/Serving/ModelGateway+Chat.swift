import ClawBase
import HTTPTypes
import Logging

extension ModelGateway {
    func chat(_ request: Request, _ grant: ModelGrant) async throws(Refusal) -> Response {
        let bytes: [UInt8]
        do { bytes = try await request.body.collect(limit: Self.requestLimit) } catch let error as Finding {
            throw Refusal(.contentTooLarge, OpenAIError(error.message, code: "request_too_large"))
        } catch {
            throw Refusal(
                .badRequest, OpenAIError("The request's body broke off; send it again.", code: "incomplete_body"))
        }
        let chat: ChatRequest
        do { chat = try ChatRequest(bytes) } catch { throw Refusal(.badRequest, error) }
        try check(chat.model, grant)
        // The router knows the alias, checked just above, and has an upstream for each.
        guard let upstream = router.upstream(for: chat.model) else {
            throw Refusal(
                .serviceUnavailable, OpenAIError("The model '\(chat.model)' has no upstream.", type: "server_error"))
        }
        let account = metrics.begin(chat.model, time: time)
        do {
            return try await answer(chat, upstream, account)
        } catch let failure as UpstreamFailure {
            account.end(failure.status)
            log(failure, chat.model, grant)
            return Self.response(failure)
        } catch {
            // Cancelled: nobody is there to read this.
            account.end(.clientClosedRequest)
            return Refusal(.clientClosedRequest, OpenAIError("The client left.", code: "cancelled")).response
        }
    }

    private func answer(_ chat: ChatRequest, _ upstream: any ModelUpstream, _ account: ExchangeAccount) async throws
        -> Response
    {
        switch try await upstream.answer(chat) {
        case .complete(let completion):
            account.note(completion.usage)
            account.end(.ok)
            return Response(
                status: .ok, headers: [.contentType: "application/json", .upstream: upstream.name],
                body: .bytes(completion.bytes))
        case .stream(let stream):
            // A stream that fails before its first chunk is still a plain error with a status of its own.
            let relay = ChatRelay(first: try await stream.next(), rest: stream, account: account, logger: logger)
            return .events(ByteStream { try await relay.next() }, headers: [.upstream: upstream.name])
        }
    }

    private func log(_ failure: UpstreamFailure, _ model: String, _ grant: ModelGrant) {
        logger.debug(
            "an upstream failed",
            metadata: [
                "code": "\(failure.code)", "upstream": "\(failure.upstream)", "model": "\(model)",
                "status": "\(failure.status.code)", "grant": "\(grant.id)",
            ])
    }

    private static func response(_ failure: UpstreamFailure) -> Response {
        var headers = failure.headers
        headers[.errorSource] = "upstream"
        headers[.upstream] = failure.upstream
        return failure.error.response(failure.status, headers: headers)
    }
}

extension HTTPResponse.Status {
    /// nginx's number for a client that left before the answer; only metrics see it.
    static let clientClosedRequest = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
}

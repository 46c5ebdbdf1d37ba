import ClawBase
import ClawDocuments
import HTTPTypes

/// What a runtime answers: health, the chat, and a page for people.
struct RuntimeHandler: Handler {
    /// How many bytes a question may have.
    static let requestLimit = 1 << 20

    let settings: RuntimeSettings
    let store: ConversationStore
    let transport: any Transport
    let lifecycle: RuntimeLifecycle
    let work: AgentWork
    /// Whether only the platform may ask, which shows a certificate.
    var asksForCertificates = false
    var time: any TimeSource = .system

    func respond(to request: Request) async -> Response {
        if let health = lifecycle.health(request.path) { return health }
        guard !asksForCertificates || request.peerCertificate != nil else {
            return .finding(
                Finding(.token, "The platform's certificate is missing; come through the platform's address."),
                status: .unauthorized)
        }
        if request.path == "/activity" { return .json(work.json) }
        do {
            try authorize(request)
            return try await answer(request)
        } catch {
            return .finding(error.finding, status: error.status)
        }
    }

    private struct Refusal: Error {
        let status: HTTPResponse.Status
        let finding: Finding
        init(_ status: HTTPResponse.Status, _ code: FindingCode, _ message: String, field: String? = nil) {
            (self.status, finding) = (status, Finding(code, message, field: field))
        }
    }

    private func authorize(_ request: Request) throws(Refusal) {
        guard let expected = settings.gatewayToken else { return }
        let bearer = request.headers[.authorization].flatMap { header -> String? in
            let parts = header.split(separator: " ", maxSplits: 1)
            return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
        }
        guard let shown = bearer ?? request.headers[.openClawToken],
            // Hashes are compared: how long that takes says nothing about the token.
            Token.hash(shown) == Token.hash(expected.reveal())
        else {
            throw Refusal(
                .unauthorized, .token, "The runtime's token is missing or wrong; come through the platform's address.")
        }
    }

    private func answer(_ request: Request) async throws(Refusal) -> Response {
        switch (request.method, request.path) {
        case (.get, "/"), (.head, "/"): return ChatPage.response
        case (.get, "/conversation"):
            return .json([
                "model": .string(settings.model), "messages": .array(store.messages.map(\.json)),
            ])
        case (.post, "/chat"): return try await chat(request)
        case (.get, "/chat") where request.wantsWebSocket: return try converse(request)
        case (_, "/"), (_, "/conversation"): throw Self.wrongMethod(request, "GET")
        case (_, "/chat"): throw Self.wrongMethod(request, "POST")
        default: throw Refusal(.notFound, .unknownRoute, "There is nothing at \(request.path).")
        }
    }

    private static func wrongMethod(_ request: Request, _ allowed: String) -> Refusal {
        Refusal(
            .methodNotAllowed, .methodNotAllowed,
            "\(request.path) does not take \(request.method.rawValue); use \(allowed).")
    }

    private func chat(_ request: Request) async throws(Refusal) -> Response {
        try admit(request)
        let bytes: [UInt8]
        do { bytes = try await request.body.collect(limit: Self.requestLimit) } catch let error as Finding {
            throw Refusal(.contentTooLarge, error.code, error.message)
        } catch {
            throw Refusal(.badRequest, .badRequest, "The request's body broke off; send it again.")
        }
        let exchange = try exchange(bytes)
        return .events(exchange.map { ServerSentEvent(data: $0.description).encoded })
    }

    /// The same as a WebSocket: each text is a question, and its answer comes as texts.
    private func converse(_ request: Request) throws(Refusal) -> Response {
        try admit(request)
        return .webSocket(request, messageLimit: Self.requestLimit) { socket in
            while case .text(let text)? = try await socket.receive() {
                do {
                    for try await part in try exchange(Array(text.utf8)) {
                        try await socket.send(.text(part.description))
                    }
                } catch let refusal as Refusal {
                    let (code, message) = (refusal.finding.code.rawValue, refusal.finding.message)
                    let error: JSON = ["error": ["code": .string(code), "message": .string(message)]]
                    try await socket.send(.text(error.description))
                }
            }
        }
    }

    private func admit(_ request: Request) throws(Refusal) {
        guard lifecycle.phase == .ready else {
            throw Refusal(.serviceUnavailable, .notReady, "The runtime is \(lifecycle.phase.name); try again shortly.")
        }
        // Behind the platform a cookie signs people in; another site's page must not speak in their name.
        guard request.headers[.secFetchSite] != "cross-site" else {
            throw Refusal(.forbidden, .badRequest, "Another site's page may not talk to this runtime.")
        }
    }

    private func exchange(_ question: [UInt8]) throws(Refusal) -> ChatExchange {
        guard let message = (try? JSONParser.parse(question))?["message"]?.string, !message.isEmpty else {
            throw Refusal(
                .badRequest, .badRequest, "The body must be a JSON object with a text: {\"message\":\"…\"}.",
                field: "message")
        }
        return ChatExchange(settings: settings, transport: transport, store: store, work: work, time: time, question: message)
    }
}

extension Response {
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .bytes(json.bytes()))
    }
}

extension HTTPField.Name {
    // Valid token characters, so the initialisers cannot fail.
    /// What the platform's proxy sends, beside `Authorization`.
    static let openClawToken = HTTPField.Name("X-OpenClaw-Token")!
    /// Where a browser's request comes from (Fetch Metadata, W3C).
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}

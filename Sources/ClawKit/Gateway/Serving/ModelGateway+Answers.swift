import ClawBase
import ClawDialects
import ClawDocuments
import ClawLedger
import HTTPTypes
import Logging

extension ModelGateway {
    func answer(_ request: Request, _ dialect: ClientDialect, _ grant: ModelGrant) async throws(GatewayRefusal) -> Response {
        let bytes = try await body(of: request)
        guard bytes.count > Self.longRequest else {
            guard Self.mayStream(bytes, dialect) else { return try await answer(request, bytes, dialect, grant) }
            async let outcome = outcome(request, bytes, dialect, grant)
            return try await outcome.get()
        }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { () async throws(GatewayRefusal) in
            async let outcome = outcome(request, bytes, dialect, grant)
            return try await outcome.get()
        }
    }

    /// For a task of its own: what the frames on the way to an upstream take, some 60 KB, a task gives back when it
    /// ends and not before, and whoever serves a stream lives as long as the stream.
    private func outcome(
        _ request: Request, _ bytes: [UInt8], _ dialect: ClientDialect, _ grant: ModelGrant
    ) async -> Result<Response, GatewayRefusal> {
        do { return .success(try await answer(request, bytes, dialect, grant)) } catch { return .failure(error) }
    }

    /// Whether a stream may be asked for, without reading the request.
    private static func mayStream(_ bytes: [UInt8], _ dialect: ClientDialect) -> Bool {
        if dialect.family == .ollama { return true }
        var rest = bytes[...]
        while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
            rest = rest[quote...]
            if rest.starts(with: streamMember) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    private static let streamMember = Array(#""stream""#.utf8)

    /// What takes longer to read than some tenths of a millisecond must not hold up a thread that serves others.
    private static let longRequest = 64 << 10

    private func answer(
        _ request: Request, _ bytes: [UInt8], _ dialect: ClientDialect, _ grant: ModelGrant
    ) async throws(GatewayRefusal) -> Response {
        let asked: ClientRequest
        let use: CacheUse?
        let filters: [AnswerFilter]
        do {
            let guarded = try guarded(ClientRequest(dialect, bytes, limits: limits), grant)
            filters = self.filters(guarded.model, request.headers, grant)
            (asked, use) = try cacheUse(guarded, isRead: !filters.isEmpty, request.headers, grant)
        } catch let error as ModelError {
            throw GatewayRefusal(.request, error)
        } catch let refusal as GatewayRefusal {
            throw refusal
        } catch {
            throw GatewayRefusal(.gateway, ModelError(.server, "\(error)"))
        }
        try check(asked.model, grant)
        let bound = InputBound(asked)
        let terms = try await terms(grant, bound)
        if let place = bound.unbounded, !grant.allowsEstimates, terms.budgets.contains(where: \.limitsMoneyOrTokens) {
            throw GatewayRefusal(
                .budget,
                ModelError(
                    .invalidRequest,
                    "The cost of '\(place)' cannot be bounded beforehand, and this key allows no estimates; send text or "
                        + "pictures, or ask for a key that does.", param: place, code: "unbounded_cost"))
        }
        let id = Self.callID()
        let context = ReplyContext(
            id: id, model: asked.model, created: Int(time.now.seconds), includesUsage: asked.wantsStreamUsage)
        let deadlines = deadlines(asked.model, isStreaming: asked.isStreaming)
        var call = ModelCall(asked, headers: request.headers, context: context, deadlines: deadlines)
        // Rules read the intermediate form.
        call.wantsEvents = !filters.isEmpty
        let routed = RoutedCall(
            router: router, wish: .answer(call), id: id, alias: asked.model, deadlines: deadlines,
            question: question(asked, bound, request, grant), terms: terms,
            record: CallRecord(id: id, model: asked.model, time: time), time: time)
        return try await respond(routed, dialect, context, grant, request.headers, use, filters)
    }

    func embeddings(_ request: Request, _ grant: ModelGrant) async throws(GatewayRefusal) -> Response {
        let bytes = try guarded(await body(of: request), grant)
        let asked: EmbeddingRequest
        do { asked = try EmbeddingRequest(bytes, limits: limits) } catch { throw GatewayRefusal(.request, error) }
        try check(asked.model, grant)
        let id = Self.callID()
        let deadlines = deadlines(asked.model, isStreaming: false)
        let bound = InputBound(textBytes: bytes.count)
        let context = ReplyContext(id: id, model: asked.model, created: Int(time.now.seconds))
        let routed = RoutedCall(
            router: router, wish: .embeddings(asked), id: id, alias: asked.model, deadlines: deadlines,
            question: RouteQuestion(inputTokens: bound.tokens), terms: try await terms(grant, bound),
            record: CallRecord(id: id, model: asked.model, time: time), time: time)
        let use = cacheUse(embeddings: bytes, request.headers, grant)
        return try await respond(routed, .openAIChat, context, grant, request.headers, use)
    }

    private func respond(
        _ routed: RoutedCall, _ dialect: ClientDialect, _ context: ReplyContext, _ grant: ModelGrant,
        _ sent: HTTPFields, _ use: CacheUse?, _ filters: [AnswerFilter] = []
    ) async throws(GatewayRefusal) -> Response {
        let label = router.group(routed.alias)?.label ?? ""
        let exchange = Exchange(
            label, routed.operation, grant, routed.record, ExchangeSpan(routed.operation, label, tracer, sent), metrics,
            traces, time)
        do {
            let turn = try await admission.enter(grant.subject.tenant ?? grant.id)
            defer { _ = turn }
            let (answer, origin) = try await answer(to: routed, use)
            switch answer {
            case .whole(let answer):
                exchange.note(answer.usage)
                let passed = try filters.passing(answer)
                exchange.end(.answered)
                let reply =
                    switch passed.content {
                    case .bytes(let bytes): DialectReply(body: bytes)
                    case .answer(let answer): dialect.encode(answer, context)
                    }
                return response(reply, origin, routed, use)
            case .embeddings(let answer):
                exchange.end(.answered, usage: answer.usage)
                guard case .embeddings(let asked) = routed.wish else { break }
                let reply = answer.encodedOpenAI(model: asked.model, base64: asked.wantsBase64)
                return response(reply, origin, routed, use)
            case .stream(let stream):
                let headers = headers(origin, routed, use, dialect.streamHeaders)
                let source = GatewayStream(
                    filters.passing(stream), dialect, context, exchange, turn, openCalls.open(grant), time)
                return Response(
                    status: .ok, headers: headers, body: .stream(ByteStream { try await source.next() }))
            }
            throw GatewayRefusal(.gateway, ModelError(.server, "The answer is of another kind than was asked for."))
        } catch {
            var refusal = refusal(error)
            refusal.isCounted = true
            refusal.headers[.callID] = routed.id
            let cost = NanoDollars(nanos: routed.record.trace.cost)
            if cost > .zero { refusal.headers[.responseCost] = cost.description }
            exchange.end(refusal.error)
            log(refusal, routed, grant)
            throw refusal
        }
    }

    private enum Answer {
        case whole(WholeAnswer)
        case embeddings(EmbeddingAnswer)
        case stream(any AnswerSource)
    }

    /// What is kept, or what an upstream says.
    private func answer(to routed: RoutedCall, _ use: CacheUse?) async throws -> (Answer, AnswerOrigin) {
        if let kept = try await use?.answer(to: routed) {
            return switch kept.content {
            case .whole(let answer): (.whole(answer), kept.origin)
            case .embeddings(let answer): (.embeddings(answer), kept.origin)
            case .steps(let steps): (.stream(Remaining(steps)), kept.origin)
            }
        }
        switch try await routed.answer() {
        case .whole(let answer, let attempt):
            use?.keep(.whole(answer), attempt)
            return (.whole(answer), AnswerOrigin(attempt))
        case .embeddings(let answer, let attempt):
            use?.keep(.embeddings(answer), attempt)
            return (.embeddings(answer), AnswerOrigin(attempt))
        case .stream(let stream):
            return (.stream(use?.keeping(stream) ?? stream), AnswerOrigin(stream.attempt))
        }
    }

    private func refusal(_ error: any Error) -> GatewayRefusal {
        switch error {
        case let refusal as GatewayRefusal: refusal
        case let refusal as UsageRefusal: GatewayRefusal(refusal, now: time.now)
        case let error as ModelError:
            GatewayRefusal(["no_upstream", "gateway_busy"].contains(error.code) ? .overload : .upstream, error)
        case is CancellationError:
            // Nobody is there to read this.
            GatewayRefusal(.request, ModelError(.cancelled, "The client left.", code: "cancelled"))
        case let finding as Finding: GatewayRefusal(.gateway, ModelError(.overloaded, finding.message, code: finding.code.rawValue))
        default: GatewayRefusal(.gateway, ModelError(.server, "The gateway failed: \(error)."))
        }
    }

    // MARK: what an exchange begins with

    private func body(of request: Request) async throws(GatewayRefusal) -> [UInt8] {
        do { return try await request.body.collect(limit: limits.requestBytes) } catch let error as Finding {
            throw GatewayRefusal(.request, ModelError(.tooLarge, error.message, code: "request_too_large"))
        } catch {
            throw GatewayRefusal(
                .request,
                ModelError(.invalidRequest, "The request's body broke off; send it again.", code: "incomplete_body"))
        }
    }

    private func deadlines(_ alias: String, isStreaming: Bool) -> AttemptDeadlines {
        let limits = router.group(alias)?.policy.deadlines ?? RouteDeadlines()
        var deadlines = AttemptDeadlines(
            headers: limits.headers, firstToken: isStreaming ? limits.firstToken : limits.wholeAnswer,
            betweenTokens: limits.betweenTokens, until: time.now + limits.total)
        deadlines.connect = limits.connect
        return deadlines
    }

    private func question(
        _ asked: ClientRequest, _ bound: InputBound, _ request: Request, _ grant: ModelGrant
    ) -> RouteQuestion {
        var question = RouteQuestion(
            inputTokens: Int64(bound.estimate), outputTokens: Int64(asked.maxOutputTokens ?? 0))
        switch router.group(asked.model)?.policy.strategy {
        case .sessionAffinity:
            question.session = request.headers[.sessionID] ?? asked.document["user"]?.string ?? grant.id
        case .prefixAffinity: question.prefixes = PrefixAffinity.hashes(asked.bytes)
        default: break
        }
        return question
    }

    private func terms(_ grant: ModelGrant, _ bound: InputBound) async throws(GatewayRefusal) -> CallTerms {
        var subject = grant.subject
        subject.key = grant.id
        let limits: [UsageLimit]
        do { limits = grant.limits + (try await budgets.limits(of: subject)) } catch {
            throw GatewayRefusal(
                .gateway, ModelError(.overloaded, "Limits cannot be looked up now; try again.", code: "limits_unknown"))
        }
        guard book != nil || limits.isEmpty else {
            throw GatewayRefusal(
                .gateway, ModelError(.server, "This gateway keeps no accounts, and the key has a budget; give it a book."))
        }
        return CallTerms(
            book: book, budgets: limits, subject: subject,
            allowsUnpriced: grant.allowsEstimates || limits.allSatisfy { $0.limits[.cost] == nil },
            inputBound: bound.tokens, inputEstimate: bound.estimate)
    }

    /// Unique for all time, and sayable.
    private static func callID() -> String {
        var bytes: [UInt8] = []
        for _ in 0..<2 { withUnsafeBytes(of: UInt64.random(in: .min ... .max)) { bytes += $0 } }
        return Hex.encode(bytes)
    }

    private func log(_ refusal: GatewayRefusal, _ routed: RoutedCall, _ grant: ModelGrant) {
        logger.debug(
            "a request failed",
            metadata: [
                "id": "\(routed.id)", "model": "\(routed.alias)", "source": "\(refusal.source.rawValue)",
                "kind": "\(refusal.error.kind.rawValue)", "grant": "\(grant.id)",
            ])
    }
}

extension UsageLimit {
    fileprivate var limitsMoneyOrTokens: Bool { limits[.cost] != nil || limits[.tokens] != nil }
}

extension HTTPField.Name {
    /// What tells the sessions of one user apart.
    fileprivate static let sessionID = HTTPField.Name("X-Session-Id")!
}

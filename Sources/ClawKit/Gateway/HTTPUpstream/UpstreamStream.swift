import ClawBase
import ClawDialects
import Synchronization

/// Reads an upstream's stream, passes it on or decodes it, and keeps its deadlines.
///
/// Silence is the transport's to notice; here is noticed who only keeps the connection alive.
final class UpstreamStream: Sendable {
    enum Way { case relay, decoder }

    private struct State: Sendable {
        /// One of the two.
        var relay: StreamRelay?
        var decoder: UpstreamStreamDecoder?
        /// When the model last said something; at first, when we began to listen.
        var lastToken: Timestamp
        var hasTokens = false
        var isOver = false
        var failure: ModelError?
    }

    private let body: BodyReader
    private let state: Mutex<State>
    private let deadlines: AttemptDeadlines
    private let silence: SilenceLimit
    private let name: String
    /// What must appear in no error.
    private let secret: Secret<String>?
    private let time: any TimeSource

    init(
        _ body: Body, _ call: ModelCall, _ way: Way, _ dialect: UpstreamDialect, _ silence: SilenceLimit,
        name: String, secret: Secret<String>?, _ limits: DialectLimits, _ time: any TimeSource
    ) {
        self.body = BodyReader(body)
        var first = State(lastToken: time.now)
        switch way {
        case .relay:
            first.relay = StreamRelay(
                call.request.dialect, includesUsage: call.request.wantsStreamUsage, limits: limits)
        case .decoder: first.decoder = dialect.streamDecoder(limits: limits)
        }
        state = Mutex(first)
        (deadlines, self.silence, self.name, self.secret, self.time) = (call.deadlines, silence, name, secret, time)
    }

    func next() async throws -> AnswerStep? {
        while true {
            let (isOver, failure) = state.withLock { ($0.isOver, $0.failure) }
            if let failure { throw HTTPUpstream.meaning(of: failure, name, secret) }
            if isOver { return nil }
            let chunk: [UInt8]?
            do { chunk = try await body.next() } catch { throw HTTPUpstream.meaning(of: error, name, secret) }
            if let step = take(chunk) { return step }
        }
    }

    /// nil where there is nothing to tell yet.
    private func take(_ chunk: [UInt8]?) -> AnswerStep? {
        let now = time.now
        return state.withLock { state in
            let step = Self.read(chunk, &state)
            if step?.hasTokens ?? false {
                (state.hasTokens, state.lastToken) = (true, now)
            } else if !state.isOver, state.failure == nil {
                let limit = state.hasTokens ? deadlines.betweenTokens : deadlines.firstToken
                if now - state.lastToken >= limit { state.failure = slow }
            }
            if now >= deadlines.until, !state.isOver { state.failure = state.failure ?? slow }
            let limit = state.hasTokens ? deadlines.betweenTokens : deadlines.firstToken
            silence.limit = max(.milliseconds(1), min(limit - (now - state.lastToken), deadlines.until - now))
            return step
        }
    }

    private var slow: ModelError {
        ModelError(.timeout, "The upstream \(name) has said nothing new for too long; try again.")
    }

    private static func read(_ chunk: [UInt8]?, _ state: inout State) -> AnswerStep? {
        if let output = chunk.map({ state.relay?.receive($0) }) ?? state.relay?.receiveEnd() {
            switch output.ending {
            case .success: state.isOver = true
            case .failure(let error): state.failure = error
            case nil: break
            }
            guard !output.bytes.isEmpty || state.isOver else { return nil }
            return AnswerStep(bytes: output.bytes, hasTokens: output.hasTokenActivity, usage: state.relay?.usage)
        }
        var events = (chunk.map { state.decoder?.receive($0) } ?? state.decoder?.receiveEnd()) ?? []
        if case .error(let error)? = events.last {
            events.removeLast()
            state.failure = error
        } else if state.decoder?.hasEnded ?? true {
            state.isOver = true
        } else if chunk == nil {
            state.failure = ModelError(
                .truncated, "The upstream ended its stream before the answer was whole; try again.")
        }
        return events.isEmpty ? nil : AnswerStep(events: events)
    }
}

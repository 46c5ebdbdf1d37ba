import ClawBase
import ClawDialects
import ClawLedger
import HTTPTypes
import Synchronization

/// What the gateway counts, under the names that LiteLLM's users know and those of OpenTelemetry's conventions for
/// generative models. Only configured names become label values, so that clients cannot make new series.
final class GatewayMetrics: Sendable {
    /// Who was answered, and how.
    struct Client: Hashable {
        /// Empty where a request reached no model: what it named stays out.
        var model = ""
        var key = ""
        var user = ""
        var project = ""
        var status: Int
        var failure: ModelError.Kind?
    }

    struct ClientCounts {
        var requests = 0
        var input = 0
        var output = 0
        var cost: Int64 = 0
        var cacheHits = 0
        var cacheMisses = 0
        /// What the answers that were kept once cost, in tokens.
        var cachedTokens = 0

        mutating func add(_ other: Self) {
            (requests, cost) = (requests + other.requests, cost + other.cost)
            (input, output) = (input + other.input, output + other.output)
            (cacheHits, cacheMisses) = (cacheHits + other.cacheHits, cacheMisses + other.cacheMisses)
            cachedTokens += other.cachedTokens
        }

        fileprivate mutating func add(_ trace: DecisionTrace, _ usage: TokenUsage?) {
            requests += 1
            cost += trace.cost
            if case .hit? = trace.cache {
                cacheHits += 1
                cachedTokens += usage?.total ?? 0
                return
            }
            if trace.cache != nil { cacheMisses += 1 }
            input += usage?.totalInput ?? 0
            output += usage?.output ?? 0
        }
    }

    /// Who answered.
    struct Place: Hashable {
        var model: String
        var deployment: String
        var provider: String
        var operation: ModelOperation
    }

    struct PlaceCounts {
        var answered = 0
        var failed: [ModelError.Kind: Int] = [:]
        /// Of attempts, up to their end and to their first word; of whole requests, and what of them was the gateway's.
        var attempt = HistogramSeries(HistogramFamily.seconds)
        var firstToken = HistogramSeries(HistogramFamily.seconds)
        var perToken = HistogramSeries(HistogramFamily.seconds)
        var request = HistogramSeries(HistogramFamily.seconds)
        var overhead = HistogramSeries(HistogramFamily.seconds)
        var input = HistogramSeries(Self.tokens)
        var output = HistogramSeries(Self.tokens)

        /// As OpenTelemetry's conventions for token usage advise.
        private static let tokens: [Double] = [
            1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
        ]
    }

    struct State {
        var clients: [Client: ClientCounts] = [:]
        var places: [Place: PlaceCounts] = [:]
        var underWay = 0
    }

    /// So many combinations are told apart; what comes later is counted without its key, user and project.
    private static let mostClients = 20_000

    let state = Mutex(State())

    /// Counts a request that reached no model.
    func refused(_ status: Int, _ kind: ModelError.Kind) {
        state.withLock { $0.clients[Client(status: status, failure: kind), default: ClientCounts()].requests += 1 }
    }

    func begin() { state.withLock { $0.underWay += 1 } }

    func end(_ exchange: Exchange, _ trace: DecisionTrace, _ usage: TokenUsage?, _ end: Exchange.End, after time: Duration) {
        var client = Client(
            model: exchange.model, key: exchange.grant.id, user: exchange.grant.subject.user ?? "",
            project: exchange.grant.subject.project ?? "", status: end.status, failure: end.failure)
        state.withLock { state in
            state.underWay -= 1
            if state.clients.count >= Self.mostClients, state.clients[client] == nil {
                (client.key, client.user, client.project) = ("", "", "")
            }
            state.clients[client, default: ClientCounts()].add(trace, usage)
            for (index, attempt) in trace.attempts.enumerated() {
                let isLast = index == trace.attempts.count - 1
                state.note(attempt, exchange, usage: isLast ? usage : nil)
            }
            if let last = trace.attempts.last {
                let place = Place(last, exchange)
                let upstream = trace.attempts.reduce(Duration.zero) { $0 + (($1.ended ?? $1.began) - $1.began) }
                state.places[place, default: PlaceCounts()].request.observe(time.inSeconds)
                state.places[place, default: PlaceCounts()].overhead.observe(max(.zero, time - upstream).inSeconds)
            }
        }
    }
}

extension GatewayMetrics.State {
    fileprivate mutating func note(_ attempt: DecisionTrace.Attempt, _ exchange: Exchange, usage: TokenUsage?) {
        let place = GatewayMetrics.Place(attempt, exchange)
        var counts = places[place] ?? GatewayMetrics.PlaceCounts()
        switch attempt.outcome {
        case .answered: counts.answered += 1
        case .failed(let kind, _): counts.failed[kind, default: 0] += 1
        case .cancelled, nil: break
        }
        if let ended = attempt.ended {
            counts.attempt.observe((ended - attempt.began).inSeconds)
            if let first = attempt.firstToken {
                counts.firstToken.observe(first.inSeconds)
                if let output = usage?.output, output > 1 {
                    counts.perToken.observe(max(.zero, ended - attempt.began - first).inSeconds / Double(output - 1))
                }
            }
        }
        if let usage {
            counts.input.observe(Double(usage.totalInput))
            counts.output.observe(Double(usage.output))
        }
        places[place] = counts
    }
}

extension GatewayMetrics.Place {
    fileprivate init(_ attempt: DecisionTrace.Attempt, _ exchange: Exchange) {
        self.init(
            model: attempt.label, deployment: attempt.deployment, provider: attempt.provider, operation: exchange.operation)
    }
}

/// What a request asks for, by OpenTelemetry's names.
enum ModelOperation: String, Sendable, Hashable {
    case chat
    case completion = "text_completion"
    case embeddings
}

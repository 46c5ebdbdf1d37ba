import ClawBase

/// What goes wrong between a subject and its cluster: probabilities from 0 to 1, each drawn from the simulation's seed.
///
/// The n-th request of a subject has the same faults in every run of a seed, however requests overlap.
public struct ClusterFaults: Sendable {
    /// A request comes late.
    public var latency = 0.0
    public var latencies: ClosedRange<Duration> = .milliseconds(1) ... .seconds(5)
    /// A write is refused with 409, as if somebody else had been quicker.
    public var conflict = 0.0
    /// 429, with `Retry-After`.
    public var tooManyRequests = 0.0
    public var serverError = 0.0
    /// 504; of writes that meet it half have been done.
    public var gatewayTimeout = 0.0
    /// 401, as with a token that has ended; the next token is taken.
    public var expiredToken = 0.0
    /// No connection comes about.
    public var refused = 0.0
    /// The request is carried out; its answer is lost.
    public var lostAnswer = 0.0
    /// Of each event of a watch: the connection ends before it.
    public var watchCut = 0.0
    /// Of each event of a watch: it comes twice.
    public var duplicatedEvent = 0.0
    /// Of each event of a watch: it and the next ones are lost, and the watch ends with 410.
    public var lostEvents = 0.0
    /// The API server is started anew, its history compacted, about this often; nil: never.
    public var restartEvery: Duration?
    /// How far the subject's clock is from the cluster's, drawn once.
    public var clockSkew: ClosedRange<Duration> = .zero ... .zero

    public init() {}

    public static let none = ClusterFaults()

    /// Some of everything, as in a bad week.
    public static let usual: ClusterFaults = {
        var faults = ClusterFaults()
        faults.latency = 0.1
        faults.conflict = 0.05
        faults.tooManyRequests = 0.02
        faults.serverError = 0.03
        faults.gatewayTimeout = 0.02
        faults.expiredToken = 0.01
        faults.refused = 0.02
        faults.lostAnswer = 0.03
        faults.watchCut = 0.03
        faults.duplicatedEvent = 0.05
        faults.lostEvents = 0.02
        faults.restartEvery = .seconds(120)
        faults.clockSkew = .seconds(-30) ... .seconds(30)
        return faults
    }()
}

/// What happens to one request.
struct RequestFaults {
    enum Outcome {
        case none, conflict, tooManyRequests, serverError, gatewayTimeout(isDone: Bool), expiredToken, refused, lostAnswer
    }
    let delay: Duration
    let outcome: Outcome

    init(_ faults: ClusterFaults, seed: UInt64, number: Int, isWrite: Bool) {
        var chance = SplitMix64(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
        // Each number is drawn whether it is needed or not, so that one rate does not shift the others' luck.
        let span = faults.latencies.upperBound - faults.latencies.lowerBound
        let delay = faults.latencies.lowerBound + span * chance.unit()
        self.delay = chance.unit() < faults.latency ? delay : .zero
        let isDone = chance.unit() < 0.5
        let kinds: [(Double, Outcome)] = [
            (isWrite ? faults.conflict : 0, .conflict), (faults.tooManyRequests, .tooManyRequests),
            (faults.serverError, .serverError), (faults.gatewayTimeout, .gatewayTimeout(isDone: isDone)),
            (faults.expiredToken, .expiredToken), (faults.refused, .refused), (faults.lostAnswer, .lostAnswer),
        ]
        var draw = chance.unit()
        for (rate, kind) in kinds {
            if draw < rate {
                outcome = kind
                return
            }
            draw -= rate
        }
        outcome = .none
    }
}

public import HTTPTypes

/// Something that goes wrong with an exchange on purpose.
public struct Fault: Sendable, Hashable {
    enum Kind: Hashable {
        case latency(Duration)
        case status(HTTPResponse.Status, HTTPFields)
        case refused, cut
        case bodyCut(Int)
    }
    let kind: Kind

    /// The exchange begins later.
    public static func latency(_ delay: Duration) -> Fault { Fault(kind: .latency(delay)) }
    /// The server is not asked; this is its answer.
    public static func status(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Fault {
        Fault(kind: .status(status, headers))
    }
    /// No connection comes about; the server is not asked.
    public static let refused = Fault(kind: .refused)
    /// The server is asked and does what it was asked for; the connection ends before its answer.
    public static let cut = Fault(kind: .cut)
    /// The connection ends after that many bytes of the response's body; a shorter body arrives whole.
    public static func bodyCut(after bytes: Int) -> Fault { Fault(kind: .bodyCut(bytes)) }
}

/// Which exchanges fail, and how.
public struct FaultSchedule: Sendable {
    private let faults: @Sendable (Int, Request) -> [Fault]

    /// - Parameter faults: those of the n-th request, counted from 0.
    public init(_ faults: @escaping @Sendable (Int, Request) -> [Fault]) { self.faults = faults }

    func faults(of number: Int, _ request: Request) -> [Fault] { faults(number, request) }

    /// How often things go wrong: probabilities from 0 to 1, and their sizes.
    public struct Rates: Sendable {
        public var latency = 0.0
        public var latencies: ClosedRange<Duration> = .milliseconds(1) ... .seconds(2)
        public var status = 0.0
        public var statuses: [HTTPResponse.Status] = [.tooManyRequests, .internalServerError, .serviceUnavailable]
        public var refused = 0.0
        public var cut = 0.0
        public var bodyCut = 0.0
        public var bodyCuts: ClosedRange<Int> = 0...4096

        public init() {}
    }

    /// Faults by chance. The same seed gives the n-th request the same faults, however requests overlap.
    public static func seeded(_ seed: UInt64, _ rates: Rates) -> FaultSchedule {
        FaultSchedule { number, _ in
            var chance = SplitMix64(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
            var faults: [Fault] = []
            // Each number is drawn whether it is needed or not, so that one rate does not shift the others' luck.
            let span = rates.latencies.upperBound - rates.latencies.lowerBound
            let delay = rates.latencies.lowerBound + span * chance.unit()
            if chance.unit() < rates.latency { faults.append(.latency(delay)) }
            let status = rates.statuses.randomElement(using: &chance)
            if chance.unit() < rates.status, let status { faults.append(.status(status)) }
            if chance.unit() < rates.refused { faults.append(.refused) }
            if chance.unit() < rates.cut { faults.append(.cut) }
            let bytes = Int.random(in: rates.bodyCuts, using: &chance)
            if chance.unit() < rates.bodyCut { faults.append(.bodyCut(after: bytes)) }
            return faults
        }
    }
}

/// A small generator with a seed: Steele, Lea and Flood's SplitMix64.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without 1.
    package mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}

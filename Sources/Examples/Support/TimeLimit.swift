public import ArgumentParser
import ClawBase

/// How long something may last: a number with `ms`, `s`, `m` or `h`; seconds without a unit.
public struct TimeLimit: ExpressibleByArgument, Sendable, Equatable {
    public let duration: Duration

    public init(_ duration: Duration) { self.duration = duration }

    public init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        // A year is more than anybody waits, and far from any overflow.
        guard let number = Int64(digits), (1...31_536_000).contains(number) else { return nil }
        switch argument.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(number)
        case "", "s": duration = .seconds(number)
        case "m": duration = .seconds(number * 60)
        case "h": duration = .seconds(number * 3600)
        default: return nil
        }
    }

    public var defaultValueDescription: String { "\(Int64(duration.inSeconds))s" }
}

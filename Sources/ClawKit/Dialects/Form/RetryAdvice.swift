public import ClawBase
public import HTTPTypes

/// When an upstream wants to be asked again.
public enum RetryAdvice: Sendable, Hashable {
    case after(Duration)
    case at(Timestamp)

    /// Reads `retry-after-ms`, then `Retry-After` (RFC 9110, section 10.2.3) as whole seconds, as the fractions some
    /// servers send, or as a date. Negative numbers mean now; nil where there is nothing readable.
    public init?(_ headers: HTTPFields) {
        for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
            if let name = HTTPField.Name(name), let text = headers[name], let wait = Self.wait(text, unit: 0.001) {
                self = .after(wait)
                return
            }
        }
        guard let text = headers[.retryAfter] else { return nil }
        if let wait = Self.wait(text, unit: 1) {
            self = .after(wait)
        } else if let date = Timestamp(httpDate: text) {
            self = .at(date)
        } else {
            return nil
        }
    }

    /// Reads Protocol Buffers' JSON form of a duration: `34.07s`.
    init?(seconds text: String) {
        guard text.hasSuffix("s"), let wait = Self.wait(String(text.dropLast()), unit: 1) else { return nil }
        self = .after(wait)
    }

    /// How long to wait from `now` on; never negative.
    public func delay(now: Timestamp) -> Duration {
        switch self {
        case .after(let delay): max(.zero, delay)
        case .at(let moment): max(.zero, moment - now)
        }
    }

    /// The advice as headers that OpenAI's and Anthropic's SDKs read.
    var headers: HTTPFields {
        switch self {
        case .after(let delay):
            let milliseconds = max(0, delay.nanoseconds / 1_000_000)
            var fields: HTTPFields = [.retryAfter: String((milliseconds + 999) / 1000)]
            // Rounding up would make a client wait longer than it must.
            if milliseconds % 1000 != 0, let name = HTTPField.Name("retry-after-ms") {
                fields[name] = String(milliseconds)
            }
            return fields
        case .at(let moment): return [.retryAfter: moment.httpDate]
        }
    }

    /// Longest wait anybody can mean: a year.
    private static let mostSeconds = 31_536_000.0

    private static func wait(_ text: String, unit: Double) -> Duration? {
        let trimmed = text.drop { $0 == " " }
        guard let first = trimmed.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
            let number = Double(trimmed), number.isFinite
        else { return nil }
        return .milliseconds(Int64((min(max(0, number * unit), mostSeconds) * 1000).rounded(.up)))
    }
}

import ClawBase
import ClawLedger
import HTTPTypes

/// `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, as OpenAI's clients read them: of the key's budgets and those
/// above it, for each unit the one that has least left.
struct RateLimitHeaders: Sendable {
    private let standings: [UsageStanding]
    private let now: Timestamp

    init(_ standings: [UsageStanding], now: Timestamp) { (self.standings, self.now) = (standings, now) }

    func write(into headers: inout HTTPFields) {
        for (unit, name) in [(UsageUnit.requests, "requests"), (.tokens, "tokens")] {
            let tightest = standings.compactMap { standing in
                standing.remaining(unit).map { (standing: standing, left: $0) }
            }.min { $0.left < $1.left }
            guard let (standing, left) = tightest, let most = standing.limit.limits[unit] else { continue }
            set("x-ratelimit-limit-\(name)", "\(most)", &headers)
            set("x-ratelimit-remaining-\(name)", "\(left)", &headers)
            if let end = standing.resetsAt {
                set("x-ratelimit-reset-\(name)", Self.duration(max(.zero, end - now)), &headers)
            }
        }
    }

    private func set(_ name: String, _ value: String, _ headers: inout HTTPFields) {
        if let name = HTTPField.Name(name) { headers[name] = value }
    }

    /// As Go writes durations: `12ms`, `59s`, `6m0s`, `1h2m3s`.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = duration.nanoseconds / 1_000_000
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let seconds = (milliseconds + 999) / 1000
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3600 { return "\(seconds / 60)m\(seconds % 60)s" }
        return "\(seconds / 3600)h\(seconds / 60 % 60)m\(seconds % 60)s"
    }
}

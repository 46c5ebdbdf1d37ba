package import ClawBase

/// When something that recurs is due. Five fields, or `@daily` and the like, or `@every 90s`.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>
package struct CronSchedule: Sendable, Hashable {
    private enum Form: Sendable, Hashable {
        case fields(CronFields)
        /// In seconds.
        case every(Int64)
    }
    private let form: Form

    /// - Throws: ``CronProblem`` in the words of the parser that Kubernetes uses.
    package init(_ text: String) throws(CronProblem) {
        if text.hasPrefix("@every ") {
            let rest = text.dropFirst("@every ".count)
            guard let period = Duration(goText: rest) else {
                throw CronProblem(text: "failed to parse duration \(text): time: invalid duration \"\(rest)\"")
            }
            form = .every(max(1, period.components.seconds))
            return
        }
        let descriptors = [
            "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
            "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
        ]
        if let problem = CronSyntax.problem(with: text) { throw CronProblem(text: problem) }
        form = .fields(CronFields(descriptors[text] ?? text))
    }

    /// The first moment after `moment` at which it is due; nil where that is more than five years away.
    package func next(after moment: Timestamp, in zone: TimeZoneRules = .utc) -> Timestamp? {
        switch form {
        case .every(let period): Timestamp(seconds: moment.seconds + period)
        case .fields(let fields): fields.next(after: moment, in: zone)
        }
    }

    /// What was missed after `earliest` and up to `now`.
    package struct Missed: Sendable, Hashable {
        /// The last of the moments.
        package var latest: Timestamp
        /// About how many there were.
        package var count: Int
    }

    /// - Throws: ``CronProblem`` where two moments lie within a second.
    package func missed(after earliest: Timestamp, until now: Timestamp, in zone: TimeZoneRules = .utc) throws(CronProblem)
        -> Missed?
    {
        guard let first = next(after: earliest, in: zone), first <= now else { return nil }
        guard let second = next(after: first, in: zone), second <= now else { return Missed(latest: first, count: 1) }
        let period = (second - first).nanoseconds / 1_000_000_000
        guard period >= 1 else { throw CronProblem(text: "time difference between two schedules is less than 1 second") }
        let count = (now - first).nanoseconds / 1_000_000_000 / period + 1
        // Where the periods differ, the last ones are looked for from not too far before; what lies before are guesses.
        var latest: Timestamp?
        var candidate = next(after: first + .seconds(max(0, count - 2) * period), in: zone)
        if let found = candidate, found > now { candidate = next(after: first, in: zone) }
        while let found = candidate, found <= now {
            latest = found
            candidate = next(after: found, in: zone)
        }
        return Missed(latest: latest ?? first, count: Int(clamping: count))
    }
}

/// Why a text is no schedule.
package struct CronProblem: Error, Hashable { package let text: String }

extension Duration {
    /// Go's notation: `1h30m`, `1.5s`, `90s`.
    package init?(goText text: some StringProtocol) {
        let units: [String: Double] = ["ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9]
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        var nanoseconds = 0.0
        if rest != "0" {
            while !rest.isEmpty {
                let number = rest.prefix { $0.isNumber || $0 == "." }
                rest = rest.dropFirst(number.count)
                let unit = rest.prefix { !$0.isNumber && $0 != "." }
                rest = rest.dropFirst(unit.count)
                guard let value = Double(number), let factor = units[String(unit)] else { return nil }
                nanoseconds += value * factor
            }
        }
        guard nanoseconds < 9e18 else { return nil }
        self = .nanoseconds(Int64(nanoseconds) * (isNegative ? -1 : 1))
    }
}

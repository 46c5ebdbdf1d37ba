import ClawBase

/// How long whoever guesses waits: some failures are free, each further one doubles the wait.
struct GuessingPace: Sendable {
    var free = 5
    var base = Duration.seconds(1)
    var maximum = Duration.seconds(900)

    /// Who has been quiet for so long starts afresh.
    var memory: Duration { maximum * 2 }

    /// After that many failures.
    func wait(_ failures: Int) -> Duration {
        guard failures > free else { return .zero }
        return min(maximum, base * Double(UInt64(1) << UInt64(min(failures - free - 1, 40))))
    }

    /// - Throws: ``Finding`` (`E_THROTTLED`) where something is left to wait, with the seconds in `details.retryAfter`.
    static func refuse(_ wait: Duration) throws(Finding) {
        guard wait > .zero else { return }
        let seconds = Int(wait.inSeconds.rounded(.up))
        throw Finding(
            .throttled, "Too many failed attempts; try again in \(seconds) s.", details: ["retryAfter": String(seconds)]
        )
    }
}

import ClawBase

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How often pods of a pool are wanted: an average over a window, in which older arrivals fade.
struct PoolArrivals: Sendable, Hashable {
    private var rate = 0.0
    private var last: Timestamp?

    mutating func note(at now: Timestamp, window: Duration) {
        rate = perSecond(at: now, window: window) + 1 / window.inSeconds
        last = now
    }

    func perSecond(at now: Timestamp, window: Duration) -> Double {
        guard let last else { return 0 }
        return rate * exp(-max(.zero, now - last).inSeconds / window.inSeconds)
    }
}

/// How many pods must be warm so that one is there when it is wanted.
struct PoolForecast: Sendable, Hashable {
    /// Wanted in a second.
    var rate: Double
    /// Until one that is begun now is warm.
    var lead: Duration
    /// In how many of a hundred cases one is to be there.
    var hitPercent: Int

    /// The least number that so many arrivals during one start do not exceed, by Poisson's distribution; beyond a
    /// thousand by the normal one, which is the same by then.
    var count: Int {
        let mean = rate * lead.inSeconds
        guard mean > 0.01 else { return 0 }
        let wanted = Double(min(max(hitPercent, 1), 99)) / 100
        if mean > 1000 { return Int((mean + 2.33 * mean.squareRoot()).rounded(.up)) }
        var (count, probability) = (0, exp(-mean))
        var sum = probability
        while sum < wanted, count < 2000 {
            count += 1
            probability *= mean / Double(count)
            sum += probability
        }
        // So many may come; the one after them is to find one too.
        return count + 1
    }
}

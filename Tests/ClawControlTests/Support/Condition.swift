import ClawBase

/// Waits, yielding, until something holds.
/// - Throws: ``Finding`` with `E_DEADLINE` when that takes longer than ten seconds.
func eventually(_ what: String, _ isTrue: @Sendable () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while !isTrue() {
        if ContinuousClock.now > end { throw Finding(.deadline, "\(what) did not come about.") }
        try Task.checkCancellation()
        await Task.yield()
    }
}

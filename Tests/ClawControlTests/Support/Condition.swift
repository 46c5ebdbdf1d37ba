import ClawBase

/// Looks again and again until something holds.
/// - Throws: ``Finding`` with `E_DEADLINE` when that takes longer than two minutes.
func eventually(_ what: String, _ isTrue: @Sendable () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while !isTrue() {
        if ContinuousClock.now > end { throw Finding(.deadline, "\(what) did not come about.") }
        try await Task.sleep(for: .milliseconds(1))
    }
}

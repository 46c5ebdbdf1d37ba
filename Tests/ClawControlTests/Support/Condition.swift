import ClawBase

/// Looks again and again until something holds.
/// - Throws: ``Finding`` with `E_DEADLINE` when that takes longer than two minutes, and thousands of looks: on a busy
///   machine what is waited for gets its turn only as often as the looks do.
func eventually(_ what: String, _ isTrue: @Sendable () -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    var looks = 0
    while !isTrue() {
        looks += 1
        if looks > 5_000, ContinuousClock.now > end { throw Finding(.deadline, "\(what) did not come about.") }
        try await Task.sleep(for: .milliseconds(1))
    }
}

import ClawBase
import Foundation
import Testing

@Suite("Runtimes, whatever people and machines do to them", .timeLimit(.minutes(60)))
struct RuntimeSoakTests {
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// `CLAWKIT_SOAK_SEED` repeats one run.
    @Test("what was wished last comes true, and what must always hold holds", arguments: number("CLAWKIT_SOAK_SEED").map { [$0] } ?? [1, 2, 3])
    func soak(seed: UInt64) async throws { try await SoakStory.run(seed: seed, rounds: 25) }

    @Test(
        "the same for long, with new seeds all the time",
        .enabled(if: number("CLAWKIT_SOAK_MINUTES") != nil, "CLAWKIT_SOAK_MINUTES=30 runs it for that long, at most an hour"))
    func longSoak() async throws {
        let minutes = min(Self.number("CLAWKIT_SOAK_MINUTES") ?? 0, 55)
        let end = ContinuousClock.now + .seconds(Int64(minutes) * 60)
        // Others each time; a failure names its own.
        var seed = Self.number("CLAWKIT_SOAK_FROM") ?? UInt64.random(in: 1000...1_000_000_000)
        var (runs, failures) = (0, 0)
        while ContinuousClock.now < end, failures < 5 {
            do { try await SoakStory.run(seed: seed, rounds: Int(20 + seed % 60)) } catch {
                failures += 1
                Issue.record("\(error)")
            }
            (runs, seed) = (runs + 1, seed + 1)
        }
        print("soak: \(runs) runs, \(failures) failures, the last seed \(seed - 1)")
    }
}

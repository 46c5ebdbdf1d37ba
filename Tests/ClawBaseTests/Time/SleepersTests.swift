@testable import ClawBase
import Testing

@Suite("Sleeping")
struct SleepersTests {
    private let time = SystemTime()

    @Test("sleeps end in the order of their moments, none before its own")
    func order() async throws {
        let start = time.now
        let ends = try await withThrowingTaskGroup(of: (Int, Timestamp).self) { group in
            for number in [3, 1, 2, 0] {
                group.addTask {
                    try await time.sleep(until: start + .milliseconds(10 * number))
                    return (number, time.now)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (number, end) in ends { #expect(end >= start + .milliseconds(10 * number)) }
        #expect(ends.map(\.0).sorted() == [0, 1, 2, 3])
    }

    @Test("a cancelled sleep ends at once, and thousands of them leave nothing behind")
    func cancelled() async throws {
        let sleepers = Sleepers.shared
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5_000 {
                group.addTask {
                    do { try await sleepers.sleep(until: .now + .seconds(86_400)) } catch { return error is CancellationError }
                    return false
                }
            }
            group.cancelAll()
            for await isCancelled in group { #expect(isCancelled) }
        }
        // A short one is not held up by what was there before.
        try await time.withDeadline(.seconds(60), "a short sleep") { try await time.sleep(for: .milliseconds(1)) }
    }

    @Test("who is cancelled already does not sleep")
    func late() async {
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: CancellationError.self) { try await time.sleep(for: .seconds(86_400)) }
                await #expect(throws: CancellationError.self) { try await time.sleep(for: .zero) }
            }
        }
    }
}

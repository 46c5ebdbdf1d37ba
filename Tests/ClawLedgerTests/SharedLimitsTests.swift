import ClawBase
import ClawLedger
import LedgerTesting
import Testing

@Suite("Budgets shared by several processes")
struct SharedLimitsTests {
    @Test(
        "never a billionth over, nothing lost, and the rows are the sums",
        arguments: [(failures: 0, loses: false), (5, false), (5, true)])
    func race(failures: Int, loses: Bool) async throws {
        let store = MemoryShareStore()
        var race = ShareRace()
        (race.failures, race.losesHolders) = (failures, loses)
        let inspection = ShareRace.Inspection(
            sums: { store.accounts.map { ($0, store.sums(of: $0)) } }, rows: { store.rows })
        try await race.run([store, store, store], inspection)
    }
}

import ClawBase
import ClawDocuments
import Testing

@testable import ClawCluster

@Suite("Waiting for changes of the store")
struct WaitingTests {
    @Test("somebody who leaves while something is written holds nobody up", .timeLimit(.minutes(5)))
    func leaving() async {
        let store = ObjectStore()
        let collection = ObjectStore.Collection(group: "", plural: "configmaps")
        for round in 0..<50 {
            await withThrowingTaskGroup(of: Void.self) { group in
                let revision = store.revision
                for _ in 0..<8 {
                    group.addTask { _ = try await store.changes(collection, after: revision, until: SystemTime().now + .seconds(600), .system) }
                }
                await Task.yield()
                group.addTask {
                    _ = try await store.commit(
                        collection, ["metadata": ["name": .string("a\(round)"), "namespace": "demo"]], expecting: .absent)
                }
                group.cancelAll()
                // A write that has been cancelled may still have been made.
                while await group.nextResult() != nil {}
            }
        }
        #expect(store.revision > 1)
    }
}

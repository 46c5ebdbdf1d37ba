import ClawBase
import Synchronization

extension PlatformStoreConformance {
    /// Commits that decide on what is there.
    static let commits: [PlatformStoreConformance] = [
        PlatformStoreConformance("a commit decides on rows that nobody else changes meanwhile: of many, none is lost") {
            store in
            for name in ["ada", "bob"] { try await store.create(sampleUser(name)) }
            let keys = ["ada", "bob"].map { RecordKey(User.kind, $0) }
            try await withThrowingTaskGroup { group in
                for task in 0..<8 {
                    group.addTask {
                        for _ in 0..<10 {
                            let order = task % 2 == 0 ? keys : keys.reversed()
                            _ = try await store.commit(over: order) { rows in
                                var changes: [RecordChange] = []
                                for key in keys {
                                    var user = try rows.require(User.self, key.key)
                                    user.record.sessionEpoch += 1
                                    changes.append(.replace(user))
                                }
                                return (RecordWrites(changes), ())
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for name in ["ada", "bob"] { try equal(try await store.get(User.self, name)?.record.sessionEpoch, 80) }
        },
        PlatformStoreConformance("a commit that decides to write nothing has no version and changes nothing") { store in
            let created = try await store.create(sampleUser("ada"))
            let (found, version) = try await store.commit(over: [
                RecordKey(User.kind, "ada"), RecordKey(User.kind, "eve"),
            ]) { rows in
                (RecordWrites(), [rows.row(User.kind, "ada") != nil, rows.row(User.kind, "eve") != nil])
            }
            try equal(found, [true, false])
            try equal(version, 0)
            try equal(try await store.modify(User.self, "ada") { $0.displayName = $0.displayName }, created)
            try equal(try await store.get(User.self, "ada"), created)
        },
        PlatformStoreConformance("what a decision throws is thrown on, and nothing is written") { store in
            try await store.create(sampleUser("ada"))
            try await refused(.inUse) {
                try await store.commit(over: [RecordKey(User.kind, "ada")]) { _ -> (RecordWrites, Void) in
                    throw Finding(.inUse, "No.")
                }
            }
            try await refused(.invalid) {
                try await store.modify(User.self, "ada") { user in
                    user.sessionEpoch = 9
                    throw Finding(.invalid, "No.")
                }
            }
            try equal(try await store.get(User.self, "ada")?.record.sessionEpoch, 0)
        },
        PlatformStoreConformance("a decision may touch rows that it did not read") { store in
            try await store.create(sampleUser("ada"))
            try await store.create(sampleUser("bob"))
            let (_, version) = try await store.commit(over: [RecordKey(User.kind, "ada")]) { rows in
                var ada = try rows.require(User.self, "ada")
                ada.record.sessionEpoch = 1
                return (
                    RecordWrites([
                        .replace(ada), .delete(User.kind, key: "bob", version: nil), .create(sampleUser("eve")),
                    ]), ()
                )
            }
            try equal(try await store.list(User.self).map(\.record.name), ["ada", "eve"])
            try equal(try await store.get(User.self, "ada")?.version, version)
        },
    ]
}

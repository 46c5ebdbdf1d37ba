import ClawBase
import ClawDocuments
import ClawKitPostgres
import ClawPlatform
import ClawPlatformPostgres
import PostgresTesting
import Synchronization
import Testing

extension PostgresStores {
    @Suite("A platform's store in PostgreSQL")
    struct PostgresPlatformStoreTests {
        @Test("conforms", arguments: PlatformStoreConformance.checks)
        func conforms(check: PlatformStoreConformance) async throws {
            try await withDatabase { url in try await withStore(at: url) { try await check.run($0) } }
        }

        @Test("many processes may bring the schema up to date at once")
        func prepare() async throws {
            try await withDatabase { url in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<5 {
                        group.addTask {
                            let store = PostgresPlatformStore(
                                PostgresPool(PostgresPool.Configuration(url, maximum: 1)), logger: silent)
                            try await store.prepare()
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }

        @Test("what one process commits another hears of, and reads")
        func several() async throws {
            try await withDatabase { url in
                try await withStore(at: url) { first in
                    try await withStore(at: url) { second in
                        var changes = second.changes(of: User.kind).makeAsyncIterator()
                        // Once it listens, it says that something may have been missed.
                        try #require(try await changes.next() == .missed)
                        let start = SystemTime().now
                        let created = try await first.create(PlatformStoreConformance.sampleUser("ada"))
                        let news = try await changes.next()
                        #expect(news == .changed(key: "ada", version: created.version))
                        #expect(try await second.get(User.self, "ada") == created)
                        let took = SystemTime().now - start
                        #expect(took < .seconds(30), "it took \(took)")
                    }
                }
            }
        }

        @Test(
            "after the server was restarted commits and news go on; who listened is told that something was missed",
            .timeLimit(.minutes(2)))
        func restarted() async throws {
            let server = try PostgresServer()
            defer { server.end() }
            try await withStore(at: server.url("sslmode=disable")) { store in
                var changes = store.changes(of: User.kind).makeAsyncIterator()
                try #require(try await changes.next() == .missed)
                try await store.create(PlatformStoreConformance.sampleUser("ada"))
                while try await changes.next()?.key != "ada" {}
                try await server.restart()
                // What this process commits it hears of at once, and perhaps once more by the server.
                while try await changes.next() != .missed {}
                // The pool's old connections are found broken, one after the other.
                for attempt in 1... {
                    do {
                        try await store.modify(User.self, "ada") { $0.displayName = "Ada" }
                        break
                    } catch let finding as Finding where finding.code == .unreachable && attempt < 20 {}
                }
                #expect(try await store.get(User.self, "ada")?.record.displayName == "Ada")
                while try await changes.next()?.key != "ada" {}
            }
        }

        @Test("commits that meet in opposite orders come one after the other")
        func opposite() async throws {
            try await withDatabase { url in
                try await withStore(at: url) { store in
                    let names = ["ada", "bob"]
                    for name in names { try await store.create(PlatformStoreConformance.sampleUser(name)) }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for order in [names, names.reversed()] {
                            for _ in 0..<4 {
                                group.addTask {
                                    for _ in 0..<10 { try await Self.count(order, store) }
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                    for name in names { #expect(try await store.get(User.self, name)?.record.sessionEpoch == 80) }
                }
            }
        }

        private static func count(_ names: [String], _ store: PostgresPlatformStore) async throws {
            while true {
                var changes: [RecordChange] = []
                for name in names {
                    var user = try await store.require(User.self, name)
                    user.record.sessionEpoch += 1
                    changes.append(.replace(user))
                }
                do {
                    try await store.commit(changes)
                    return
                } catch let finding as Finding where finding.code == .stale {
                    continue
                }
            }
        }
    }
}

extension RecordNews {
    fileprivate var key: String? { if case .changed(let key, _) = self { key } else { nil } }
}

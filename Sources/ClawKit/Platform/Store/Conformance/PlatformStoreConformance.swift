import ClawBase

/// What every ``PlatformStore`` must do, for implementations' own tests. Each check gets an empty store and throws
/// where the store falls short.
///
///     @Test("conforms", arguments: PlatformStoreConformance.checks)
///     func conforms(check: PlatformStoreConformance) async throws { try await check.run(MyStore()) }
public struct PlatformStoreConformance: Sendable, CustomStringConvertible {
    public struct Failure: Error, CustomStringConvertible { public let description: String }

    /// What must hold.
    public let description: String
    public let run: @Sendable (any PlatformStore) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (any PlatformStore) async throws -> Void) {
        (self.description, self.run) = (description, run)
    }

    public static let checks = records + operations + commits + ledger + limits + credentials

    static let records: [PlatformStoreConformance] = [
        PlatformStoreConformance("what was created is read back whole, with its commit's version") { store in
            let user = sampleUser("ada", token: "t1")
            let created = try await store.create(user)
            try equal(try await store.get(User.self, "ada"), created)
            try equal(created.record, user)
            let operation = sampleOperation("op1", target: "runtime/demo/ada")
            try await store.create(operation)
            try equal(try await store.get(Operation.self, "op1")?.record, operation)
            try equal(try await store.get(Operation.self, "none"), nil)
        },
        PlatformStoreConformance("versions grow with every commit") { store in
            var last: UInt64 = 0
            for number in 0..<5 {
                let version = try await store.create(sampleUser("u\(number)")).version
                try that(version > last, "version \(version) after \(last)")
                last = version
            }
        },
        PlatformStoreConformance("a key exists once in its kind") { store in
            try await store.create(sampleUser("ada"))
            try await refused(.alreadyExists) { try await store.create(sampleUser("ada")) }
            try await store.create(sampleOperation("ada", target: "t"))
        },
        PlatformStoreConformance("a change based on an old version is refused and changes nothing") { store in
            var first = try await store.create(sampleUser("ada"))
            var second = first
            first.record.displayName = "Ada"
            let updated = try await store.update(first)
            second.record.displayName = "Augusta"
            try await refused(.stale) { try await store.update(second) }
            try await refused(.stale) { try await store.delete(User.self, "ada", version: second.version) }
            try equal(try await store.get(User.self, "ada"), updated)
        },
        PlatformStoreConformance("what is not there can be neither changed nor deleted") { store in
            try await refused(.notFound) { try await store.delete(User.self, "ada") }
            try await refused(.notFound) { try await store.modify(User.self, "ada") { $0.isDisabled = true } }
        },
        PlatformStoreConformance("a commit applies all of its changes or none") { store in
            try await store.create(sampleUser("ada"))
            try await refused(.alreadyExists) {
                try await store.commit([
                    .create(sampleUser("bob", token: "b")), .create(sampleOperation("op", target: "t")),
                    .create(sampleUser("ada")),
                ])
            }
            try equal(try await store.get(User.self, "bob"), nil)
            try equal(try await store.get(Operation.self, "op"), nil)
            try equal(try await store.activeOperation(on: "t"), nil)
            try equal(try await store.find(User.self, "token", Token.hash("b")), nil)
            let version = try await store.commit([.create(sampleUser("bob")), .create(sampleUser("eve"))])
            try equal(try await store.get(User.self, "bob")?.version, version)
            try equal(try await store.get(User.self, "eve")?.version, version)
        },
        PlatformStoreConformance("changes of one commit see each other") { store in
            try await refused(.alreadyExists) {
                try await store.commit([.create(sampleUser("ada")), .create(sampleUser("ada"))])
            }
            try await store.commit([
                .create(sampleUser("ada", token: "t")), .delete(User.kind, key: "ada", version: nil),
                .create(sampleUser("bob", token: "t")),
            ])
            try equal(try await store.find(User.self, "token", Token.hash("t"))?.record.name, "bob")
        },
        PlatformStoreConformance("a unique index value has one holder, who is named; given up, it is free") { store in
            try await store.create(sampleUser("ada", token: "same"))
            let finding = try await refused(.alreadyExists) { try await store.create(sampleUser("bob", token: "same")) }
            try equal(finding.details["index"], "token")
            try equal(finding.details["key"], "ada")
            try await store.modify(User.self, "ada") { $0.credentials = [] }
            try await store.create(sampleUser("bob", token: "same"))
            try equal(try await store.user(withToken: Secret("same"))?.user.record.name, "bob")
            try await store.delete(User.self, "bob")
            try that(try await store.user(withToken: Secret("same")) == nil, "a deleted user's token still works")
        },
        PlatformStoreConformance("rows come in the byte order of their keys, page by page, both ways") { store in
            let names = ["a", "a-b", "a0", "b", "B", "é", "zz"]
            for name in names { try await store.create(sampleUser(name)) }
            let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            for (isDescending, expected) in [(false, sorted), (true, sorted.reversed())] {
                var found: [String] = []
                while true {
                    let page = try await store.list(
                        User.self, after: found.last, limit: 3, isDescending: isDescending)
                    found += page.map(\.record.name)
                    if page.count < 3 { break }
                }
                try equal(found, expected)
            }
        },
        PlatformStoreConformance("rows are found by index value only as long as they have it") { store in
            for number in 0..<6 {
                try await store.create(
                    AuditEntry(
                        id: "e\(number)", at: Timestamp(seconds: 1), actor: number % 2 == 0 ? "ada" : "bob",
                        action: "x",
                        target: "t"))
            }
            let found = try await store.list(AuditEntry.self, index: ("actor", "ada"), limit: 2, isDescending: true)
            try equal(found.map(\.record.id), ["e4", "e2"])
            let rest = try await store.list(
                AuditEntry.self, index: ("actor", "ada"), after: "e2", isDescending: true)
            try equal(rest.map(\.record.id), ["e0"])
        },
        PlatformStoreConformance("of many who change one record at once, none is lost") { store in
            try await store.create(sampleUser("ada"))
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<10 { try await store.modify(User.self, "ada") { $0.sessionEpoch += 1 } }
                    }
                }
                try await group.waitForAll()
            }
            try equal(try await store.get(User.self, "ada")?.record.sessionEpoch, 80)
        },
        PlatformStoreConformance("hostile keys and values are only text") { store in
            let hostile = [
                "'; drop table users; --", "a\u{0}b", "\u{1F980}", "\\", "%00", String(repeating: "x", count: 5000),
            ]
            for name in hostile {
                try await store.create(
                    AuditEntry(
                        id: name, at: Timestamp(seconds: 1), actor: name, action: "x", target: "t",
                        details: [name: name]))
            }
            for name in hostile {
                try equal(try await store.get(AuditEntry.self, name)?.record.details, [name: name])
                try equal(try await store.find(AuditEntry.self, "actor", name)?.record.id, name)
            }
        },
        PlatformStoreConformance("who follows a kind hears of each row that a commit touched, and of no other kind's") {
            store in
            var changes = store.changes(of: User.kind).makeAsyncIterator()
            let created = try await store.create(sampleUser("ada"))
            try await store.create(sampleOperation("op", target: "t"))
            let deleted = try await { () async throws -> UInt64 in
                try await store.create(sampleUser("bob"))
                return try await store.commit([.delete(User.kind, key: "bob", version: nil)])
            }()
            var heard: [String: UInt64] = [:]
            while heard["ada"] == nil || heard["bob"] ?? 0 < deleted {
                guard case .changed(let key, let version)? = try await changes.next() else { return }
                try that(["ada", "bob"].contains(key), "told of \(key), which is no user")
                heard[key] = max(heard[key] ?? 0, version)
            }
            try equal(heard["ada"], created.version)
        },
        PlatformStoreConformance("what a process commits it is told before the commit returns") { store in
            let changes = store.changes(of: User.kind)
            for name in ["ada", "bob", "eve"] {
                let created = try await store.create(sampleUser(name))
                var isTold = false
                while let news = changes.pending() {
                    switch news {
                    case .missed: isTold = true
                    case .changed(let key, let version): isTold = isTold || key == name && version >= created.version
                    }
                }
                try that(isTold, "nobody was told of \(name)")
            }
        },
    ]
}

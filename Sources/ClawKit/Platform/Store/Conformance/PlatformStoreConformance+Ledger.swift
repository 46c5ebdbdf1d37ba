import ClawBase
import ClawLedger

extension PlatformStoreConformance {
    static let noon = Timestamp(seconds: 1_767_268_800)

    static func sampleUsage(
        _ id: String, at seconds: Int64 = 0, user: String = "ada", project: String = "demo", item: String = "echo",
        cost: Int64 = 1, charges: [UsageCharge] = []
    ) -> UsageRow {
        UsageRow(
            id: id, at: noon + .seconds(seconds),
            subject: UsageSubject(
                tenant: "acme", project: project, user: user, runtime: "\(user)-runtime", key: "key-\(user)"),
            item: item, deployment: "\(item)@eu",
            tokens: UsageTokens(input: 6, cached: 4, cacheWritten: 2, output: 3, reasoning: 1),
            cost: NanoDollars(nanos: cost), charges: charges)
    }

    /// The account of a month, and one without end.
    static let month = UsageAccountID(
        UsageLimitID(.project, "a,b {c} \\", "month"), UsagePeriod(start: noon, end: noon + .days(31)))
    static let always = UsageAccountID(
        UsageLimitID(.runtime, "demo/d@e#f", "total"), UsagePeriod(start: nil, end: nil))

    static let ledger: [PlatformStoreConformance] = [
        PlatformStoreConformance("entries of the ledger are read back whole, whatever stands in them") { store in
            let odd = UsageRow(
                id: "odd", at: Timestamp(nanoseconds: noon.nanoseconds + 123_456_789),
                subject: UsageSubject(user: "'; drop table claw_usage; --\\ \u{1F980}"), meter: .cpu, item: "\"%,{}\\",
                deployment: "'\\",
                tokens: UsageTokens(input: .max, cached: 1, cacheWritten: .min, output: -2, reasoning: 3),
                cost: NanoDollars(nanos: .min), amount: .max, settlement: .corrected,
                charges: [
                    UsageCharge(month, Amounts(cost: NanoDollars(nanos: .min), tokens: .max, requests: -1)),
                    UsageCharge(always, .zero),
                ], details: ["request": "r\\1", "\u{1F980}": "'"])
            let bare = UsageRow(id: "bare", at: noon, subject: UsageSubject(), item: "", cost: .zero)
            let full = sampleUsage("full", at: 1, charges: [UsageCharge(always, Amounts(tokens: 1))])
            try await store.commit([], usage: [odd, bare, full])
            try equal(try await store.usage(UsageQuery()), [bare, odd, full])
        },
        PlatformStoreConformance("the ledger is read by page in the order of time, both ways") { store in
            let entries = (0..<7).map { sampleUsage("e\($0)", at: Int64($0 / 2)) }
            try await store.commit([], usage: entries.filter { $0.id != "e1" }.reversed())
            // A latecomer stands where it belongs.
            try await store.commit([], usage: entries.filter { $0.id == "e1" })
            for isDescending in [false, true] {
                var found: [UsageRow] = []
                while true {
                    let page = try await store.usage(
                        UsageQuery(
                            after: found.last.map { UsageQuery.Cursor($0) }, limit: 3, isDescending: isDescending))
                    found += page
                    if page.count < 3 { break }
                }
                try equal(found, isDescending ? entries.reversed() : entries)
            }
            try equal(try await store.usage(UsageQuery(limit: -1)), [])
        },
        PlatformStoreConformance(
            "the ledger is asked for by whom, what, when and which account; sums agree with the rows"
        ) { store in
            let users = ["ada", "bob", "eve"]
            let all = (0..<60).map { number in
                sampleUsage(
                    "e\(100 + number)", at: Int64(number), user: users[number % 3],
                    project: number % 2 == 0 ? "demo" : "shop",
                    item: number % 5 == 0 ? "big" : "small", cost: Int64(number) << 50,
                    charges: number % 4 == 0 ? [UsageCharge(month, Amounts(requests: 1))] : [])
            }
            for start in stride(from: 0, to: 60, by: 20) {
                try await store.commit([], usage: Array(all[start..<start + 20]))
            }
            let queries: [(UsageQuery, (UsageRow) -> Bool)] = [
                (UsageQuery(), { _ in true }),
                (UsageQuery(UsageSubject(user: "ada")), { $0.subject.user == "ada" }),
                (
                    UsageQuery(UsageSubject(tenant: "acme", project: "shop", user: "bob")),
                    {
                        $0.subject.project == "shop" && $0.subject.user == "bob"
                    }
                ),
                (UsageQuery(UsageSubject(runtime: "eve-runtime")), { $0.subject.user == "eve" }),
                (UsageQuery(UsageSubject(key: "key-ada")), { $0.subject.user == "ada" }),
                (UsageQuery(UsageSubject(tenant: "other")), { _ in false }),
                (
                    UsageQuery(from: noon + .seconds(10), until: noon + .seconds(20)),
                    {
                        (noon + .seconds(10)..<noon + .seconds(20)).contains($0.at)
                    }
                ),
                (UsageQuery(from: noon + .seconds(20), until: noon + .seconds(10)), { _ in false }),
                (UsageQuery(meter: .cpu), { _ in false }),
                (UsageQuery(item: "big"), { $0.item == "big" }),
                (
                    UsageQuery(from: noon + .seconds(5), account: month),
                    { $0.charges.first?.account == month && $0.at >= noon + .seconds(5) }
                ), (UsageQuery(account: always), { _ in false }),
            ]
            for (query, selects) in queries {
                let expected = all.filter(selects)
                try equal(try await store.usage(query), expected)
                try equal(try await store.total(query), try sum(expected))
                for dimension in UsageDimension.allCases {
                    let values = Set(expected.map { dimension.value(of: $0) ?? "" }).sorted()
                    let groups = try values.map { value in
                        UsageGroup(value, try sum(expected.filter { dimension.value(of: $0) == value }))
                    }
                    try equal(try await store.totals(query, by: dimension), groups)
                }
            }
        },
        PlatformStoreConformance("entries without a value are a group of their own, the first; groups are limited") {
            store in
            try await store.commit(
                [],
                usage: [
                    sampleUsage("a", user: "zoe"), sampleUsage("b", user: "B"),
                    UsageRow(id: "c", at: noon, subject: UsageSubject(), item: "x", cost: NanoDollars(nanos: 5)),
                ])
            try equal(try await store.totals(UsageQuery(), by: .user).map(\.value), [nil, "B", "zoe"])
            try equal(try await store.totals(UsageQuery(limit: 2), by: .user).map(\.value), [nil, "B"])
        },
        PlatformStoreConformance("amounts of several meters are summed each for itself") { store in
            func row(_ id: String, _ meter: UsageMeter, _ user: String, _ amount: Int64) -> UsageRow {
                UsageRow(
                    id: id, at: noon, subject: UsageSubject(user: user), meter: meter, item: "", cost: .zero, amount: amount)
            }
            try await store.commit(
                [], usage: [row("a", .model, "ada", 1), row("b", .cpu, "ada", 500), row("c", .cpu, "bob", 250)])
            try equal(try await store.total(UsageQuery()).amounts, [.model: 1, .cpu: 750])
            try equal(
                try await store.totals(UsageQuery(), by: .user).map(\.totals.amounts), [[.model: 1, .cpu: 500], [.cpu: 250]])
            try equal(try await store.total(UsageQuery(meter: .memory)).amounts, [:])
        },
        PlatformStoreConformance("a sum beyond 64 bits is refused, not rounded") { store in
            try await store.commit([], usage: [sampleUsage("a", cost: .max), sampleUsage("b", cost: 1)])
            try await refused(.storage) { try await store.total(UsageQuery()) }
            try await store.commit([], usage: [sampleUsage("c", cost: -1)])
            try equal(try await store.total(UsageQuery()).cost, NanoDollars(nanos: .max))
        },
        PlatformStoreConformance("an entry is written once, and with the rows of its commit or not at all") { store in
            try await store.commit([.create(sampleUser("ada"))], usage: [sampleUsage("a")])
            let finding = try await refused(.alreadyExists) {
                try await store.commit(
                    [.create(sampleUser("bob"))], usage: [sampleUsage("b"), sampleUsage("a", at: 5)])
            }
            try equal(finding.details["usage"], "a")
            try await refused(.alreadyExists) {
                try await store.commit([.create(sampleUser("ada"))], usage: [sampleUsage("c")])
            }
            try await refused(.alreadyExists) {
                try await store.commit([], usage: [sampleUsage("d"), sampleUsage("d")])
            }
            try equal(try await store.usage(UsageQuery()), [sampleUsage("a")])
            try equal(try await store.get(User.self, "bob"), nil)
        },
        PlatformStoreConformance("a commit is told which rows of the ledger are there, and decides on that") { store in
            try await store.commit([], usage: [sampleUsage("a")])
            let (known, _) = try await store.commit(over: [], usage: ["a", "b", "a"]) { rows in
                (RecordWrites([], usage: ["a", "b"].filter { !rows.usage.contains($0) }.map { sampleUsage($0) }), rows.usage)
            }
            try equal(known, ["a"])
            try equal(try await store.usage(UsageQuery()).map(\.id), ["a", "b"])
        },
        PlatformStoreConformance("what could not be given back as it was is refused") { store in
            let long = String(repeating: "x", count: 513)
            for text in ["a\u{0}b", "a\nb", "a\u{1F}b", long] {
                try await refused(.invalid) { try await store.commit([], usage: [sampleUsage(text)]) }
                try await refused(.invalid) { try await store.commit([], usage: [sampleUsage("i", item: text)]) }
                try await refused(.invalid) { try await store.commit([], usage: [sampleUsage("i", user: text)]) }
                let account = UsageAccountID(UsageLimitID(.user, text), UsagePeriod(start: nil, end: nil))
                let charged = sampleUsage("i", charges: [UsageCharge(account, .zero)])
                try await refused(.invalid) { try await store.commit([], usage: [charged]) }
            }
            try equal(try await store.usage(UsageQuery()), [])
        },
    ]

    private static func sum(_ entries: [UsageRow]) throws -> UsageTotals {
        var sum = UsageSum()
        for entry in entries { sum.add(entry) }
        return try sum.totals()
    }
}

import ClawBase
import ClawDocuments
import ClawLedger

extension PlatformStoreConformance {
    static let credentials: [PlatformStoreConformance] = [
        PlatformStoreConformance(
            "a model key is found by what its holder shows, and by whom it is for; never by its hash"
        ) { store in
            let subject = UsageSubject(tenant: "acme", project: "demo", user: "ada", runtime: "ada")
            let (record, key) = ModelKey.make(
                label: "laptop", subject: subject, models: ["echo"], by: "root",
                expiresAt: noon + .seconds(60), at: noon)
            try await store.create(record)
            try await store.create(
                ModelKey.make(label: "other", subject: UsageSubject(tenant: "acme"), by: "root", at: noon).record)
            let found = try await store.modelKey(key)
            try equal(found?.record, record)
            try equal(found?.record.subject.key, record.id)
            try that(
                key.reveal().hasPrefix(record.prefix) && record.prefix.utf8.count < 16, "the prefix tells too much")
            try equal(try await store.modelKey(Secret(record.hash))?.record, nil)
            try equal(try await store.modelKeys(of: .user("ada")).map(\.record), [record])
            try equal(try await store.modelKeys(of: .runtime("ada", in: "demo")).map(\.record), [record])
            try equal(try await store.modelKeys(of: .tenant("acme")).count, 2)
            var changed = record
            changed.metadata = ["team": ["a", 1, .null]]
            changed.allowsEstimates = true
            let another = changed.regenerate()
            try await store.modify(ModelKey.self, record.id) { [changed] in $0 = changed }
            try equal(try await store.modelKey(another)?.record, changed)
            try equal(try await store.modelKey(key)?.record, nil)
            try that(record.isValid(at: noon) && !record.isValid(at: noon + .seconds(60)), "it does not expire in time")
            let revoked = try await store.revokeModelKey(record.id, at: noon)
            try that(!revoked.isValid(at: noon), "a revoked key is still good")
            try equal(try await store.revokeModelKey(record.id, at: noon + .seconds(5)).revokedAt, noon)
        },
        PlatformStoreConformance("a key is kept, changed and revoked together with limits of its own") { store in
            let key = ModelKey.make(label: "ci", subject: UsageSubject(project: "demo"), by: "root", at: noon).record
            let budget = UsageLimit(UsageLimitID(.user, "whoever", "budget"), [.cost: 5], per: .day(zone: "UTC"))
            try await store.issue(key, limits: [budget])
            let own = try await store.limits(of: .key(key.id)).map(\.record)
            try equal(own.map(\.id.name), ["budget"])
            try equal(own.map(\.limits), [[.cost: 5]])
            let rpm = UsageLimit(UsageLimitID(.key, key.id, "rpm"), [.requests: 2], per: .minute)
            let changed = try await store.changeModelKey(key.id, limits: ["rpm": rpm, "budget": nil, "none": nil]) {
                $0.label = "build"
            }
            try equal(changed.label, "build")
            try equal(try await store.limits(of: .key(key.id)).map(\.record), [rpm])
            try equal(try await store.modelKeys(labelled: "build").map(\.record.id), [key.id])
            try equal(try await store.modelKeys(labelled: "ci").count, 0)
            try await store.revokeModelKey(key.id, at: noon)
            try equal(try await store.limits(of: .key(key.id)).count, 0)
            try await refused(.notFound) { try await store.changeModelKey("none") }
        },
        PlatformStoreConformance("an invitation makes one user, once, however many show it") { store in
            let (record, token) = Invitation.make(
                to: "ada@acme.example", project: "demo", role: "viewer", by: "root", lifetime: .seconds(60), at: noon)
            try await store.create(record)
            let users = await withTaskGroup(of: String?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try? await store.accept(token, at: noon) { _ in sampleUser("user\(number)") }.user.name
                    }
                }
                return await group.reduce(into: [String]()) { if let name = $1 { $0.append(name) } }
            }
            try equal(users.count, 1)
            try equal(try await store.list(User.self).map(\.record.name), users)
            try equal(try await store.invitation(token)?.record.acceptedBy, users.first)
            try await refused(.session) { try await store.accept(token, at: noon) { _ in sampleUser("late") } }
        },
        PlatformStoreConformance("an invitation ends with its time or when it is taken back, and outlives a taken name")
        { store in
            func invite() async throws -> (String, Secret<String>) {
                let (record, token) = Invitation.make(to: "x", by: "root", lifetime: .seconds(60), at: noon)
                try await store.create(record)
                return (record.id, token)
            }
            try await store.create(sampleUser("ada"))
            let (_, token) = try await invite()
            try await refused(.alreadyExists) { try await store.accept(token, at: noon) { _ in sampleUser("ada") } }
            try await refused(.session) {
                try await store.accept(token, at: noon + .seconds(60)) { _ in sampleUser("bob") }
            }
            _ = try await store.accept(token, at: noon + .seconds(59)) { _ in sampleUser("bob") }
            let (id, other) = try await invite()
            try await store.revokeInvitation(id, at: noon)
            try await refused(.session) { try await store.accept(other, at: noon) { _ in sampleUser("eve") } }
            try await refused(.session) {
                try await store.accept(Secret("claw-invite_x"), at: noon) { _ in sampleUser("eve") }
            }
            try equal(try await store.list(User.self).map(\.record.name), ["ada", "bob"])
        },
        PlatformStoreConformance(
            "sessions end one by one or all at once; the oldest of too many go, and those that expired"
        ) { store in
            try await store.create(sampleUser("ada"))
            func session(_ number: Int) -> SessionRecord {
                let start = noon + .seconds(number)
                return SessionRecord(
                    id: "s\(1000 + number)", user: "ada", createdAt: start, expiresAt: start + .seconds(3600),
                    peer: "peer",
                    userAgent: "agent")
            }
            for number in 0..<SessionRecord.limit + 2 { try await store.begin(session(number)) }
            let alive = try await store.sessions(of: "ada").map(\.record)
            try equal(alive.count, SessionRecord.limit)
            try equal(alive.first, session(2))
            try await store.endSession("s1005", at: noon)
            try equal(try await store.revokedSessions().map(\.record.id), ["s1005"])
            try await store.noteUse(of: "s1006", at: noon + .seconds(7))
            try equal(try await store.get(SessionRecord.self, "s1006")?.record.lastSeenAt, noon + .seconds(6))
            try await store.noteUse(of: "s1006", at: noon + .seconds(700))
            try equal(try await store.get(SessionRecord.self, "s1006")?.record.lastSeenAt, noon + .seconds(700))
            try await store.endSessions(of: "ada", at: noon)
            try equal(try await store.get(User.self, "ada")?.record.sessionEpoch, 1)
            try equal(try await store.revokedSessions().count, SessionRecord.limit)
            try await store.begin(session(7200))
            try equal(try await store.sessions(of: "ada").map(\.record.id), ["s8200"])
        },
        PlatformStoreConformance("the audit trail says what somebody did, to what, and whom it concerned") { store in
            for (number, subject) in [nil, "user/ada", "user/bob", "user/ada"].enumerated() {
                try await store.create(
                    AuditEntry(
                        id: "a\(number)", at: noon, actor: "root", action: "project.member", target: "project/demo",
                        outcome: .refused, subject: subject, details: ["role": "viewer"]))
            }
            let about = try await store.list(AuditEntry.self, index: ("subject", "user/ada"), isDescending: true)
            try equal(about.map(\.record.id), ["a3", "a1"])
            try equal(about.first?.record.outcome, .refused)
        },
    ]
}

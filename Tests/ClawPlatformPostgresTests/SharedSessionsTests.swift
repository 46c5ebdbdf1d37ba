import ClawBase
import ClawKitPostgres
import ClawPlatform
import ClawPlatformPostgres
import Foundation
import HTTPTypes
import Testing

extension PostgresStores {
    @Suite("Sessions that several processes check from memory")
    struct SharedSessionsTests {
        @Test("a session that ends at one ends at the other, which does not ask the database meanwhile")
        func revoked() async throws {
            try await withDatabase { url in
                try await withStore(at: url) { first in
                    try await withStore(at: url) { second in
                        try await Self.race(first, second)
                    }
                }
            }
        }

        private static func race(_ first: PostgresPlatformStore, _ second: PostgresPlatformStore) async throws {
            let news = second.changes(of: User.kind)
            try await waiting { news.isComplete }
            let signer = SessionSigner(keys: .generate())
            let plane = StoreAuthenticator(store: second, signer: signer)
            for name in ["ada", "bob", "eve"] { try await first.create(User(name: name, createdAt: SystemTime().now)) }
            var cookies: [String: HTTPFields] = [:]
            for name in ["ada", "bob", "eve"] {
                let now = SystemTime().now
                let session = Session(
                    id: RecordID.make(at: now), user: name, issuedAt: now, expiresAt: now + .seconds(600), epoch: 0)
                try await first.begin(
                    SessionRecord(id: session.id, user: name, createdAt: now, expiresAt: session.expiresAt))
                cookies[name] = [.cookie: "claw_session=\(signer.sign(session).reveal())"]
            }
            func isIn(_ name: String) async throws -> Bool {
                let request = Request(.get, "http://claw.test/", headers: cookies[name] ?? [:])
                return try await plane.identify(request).principal?.user == name
            }
            for name in ["ada", "bob", "eve"] { #expect(try await isIn(name)) }
            try await first.endSessions(of: "ada", at: SystemTime().now)
            try await first.modify(User.self, "bob") { $0.isDisabled = true }
            try await first.delete(User.self, "eve")
            let ended = ContinuousClock.now
            for name in ["ada", "bob", "eve"] { try await waiting { try await !isIn(name) } }
            if ProcessInfo.processInfo.environment["CLAWKIT_TEST_NEWS"] != nil {
                print("ended at one, refused at the other: \(ContinuousClock.now - ended)")
            }
        }

        @Test("who does not hear of commits says so, and so does who hears no more")
        func deaf() async throws {
            try await withDatabase { url in
                let pool = PostgresPool(PostgresPool.Configuration(url, maximum: 2))
                let deaf = PostgresPlatformStore(pool, logger: silent)
                try await deaf.prepare()
                let changes = deaf.changes(of: User.kind)
                #expect(!changes.isComplete)
                try await withStore(at: url) { store in
                    let heard = store.changes(of: User.kind)
                    try await Self.waiting { heard.isComplete }
                    #expect(!changes.isComplete)
                }
            }
        }

        private static func waiting(_ condition: () async throws -> Bool) async throws {
            let end = SystemTime().now + .seconds(60)
            while try await !condition() {
                try #require(SystemTime().now < end, "it took too long")
                try await SystemTime().sleep(for: .milliseconds(5))
            }
        }
    }
}

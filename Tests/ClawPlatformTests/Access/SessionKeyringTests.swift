import ClawBase
import ClawDocuments
@testable import ClawPlatform
import ServiceTesting
import Testing

@Suite("The session keys that control planes share")
struct SessionKeyringTests {
    let store = MemoryPlatformStore()
    let time = VirtualTime()
    let lifetime = Duration.seconds(3600)

    private func open(_ secret: String? = nil) async throws -> SessionKeyring {
        let sealing = try secret.map { try SealingKey(Secret($0)) }
        return try await SessionKeyring.open(in: store, sealing: sealing, sessionsLasting: lifetime, time: time)
    }

    private func session() -> Session {
        Session(id: "s", user: "ada", issuedAt: time.now, expiresAt: time.now + lifetime, epoch: 0)
    }

    private func row() async throws -> RecordRow? { try await store.row(SessionKeyRecord.kind, SessionKeyRecord.key) }

    @Test("who signs in at one is signed in at the others, also those that start later")
    func shared() async throws {
        let (first, second) = (SessionSigner(try await open()), SessionSigner(try await open()))
        let cookie = first.sign(session())
        #expect(try second.verify(cookie, now: time.now) == session())
        #expect(try SessionSigner(try await open()).verify(cookie, now: time.now) == session())
    }

    @Test(
        "a new key is learned from a cookie that names it; a cookie by a key that nobody made asks once a second"
    )
    func learning() async throws {
        let (first, second) = (try await open(), SessionSigner(try await open()))
        let old = SessionSigner(first).sign(session())
        try await first.rotate()
        let new = SessionSigner(first).sign(session())
        #expect(new != old)
        #expect(throws: Finding.self) { try second.verify(new, now: time.now) }
        try await second.learnKey(of: new)
        #expect(try second.verify(new, now: time.now) == session())
        #expect(try second.verify(old, now: time.now) == session())
        // Within the second nothing is read.
        try await first.rotate()
        let newer = SessionSigner(first).sign(session())
        try await second.learnKey(of: newer)
        #expect(throws: Finding.self) { try second.verify(newer, now: time.now) }
        time.advance(by: .seconds(1))
        try await second.learnKey(of: newer)
        #expect(try second.verify(newer, now: time.now).user == "ada")
    }

    @Test("who follows the store hears of new keys, and that the old ones are void")
    func following() async throws {
        let (first, second) = (try await open(), try await open())
        let cookie = SessionSigner(first).sign(session())
        try await whileRunning({ try await second.run(silent) }) { [time] in
            try await first.rotate(revoking: true)
            try await eventually("the old key is void") {
                (try? SessionSigner(second).verify(cookie, now: time.now)) == nil
            }
            #expect(
                try SessionSigner(second).verify(SessionSigner(first).sign(self.session()), now: time.now).id == "s")
        }
    }

    @Test("a key is followed by a new one after thirty days, and goes once its last session must have ended")
    func aging() async throws {
        let keyring = try await open()
        let signer = SessionSigner(keyring)
        let first = keyring.keys.signing.id
        try await whileRunning({ try await keyring.run(silent) }) { [time, lifetime] in
            for _ in 0..<30 * 24 { time.advance(by: .seconds(3600)); await Task.yield() }
            time.advance(by: .seconds(3600))
            try await eventually("a new key") {
                time.advance(by: .seconds(1))
                return keyring.keys.signing.id != first
            }
            #expect(keyring.keys.keys.count == 2)
            _ = signer
            time.advance(by: lifetime + .seconds(3600))
            try await eventually("the old key has gone") {
                time.advance(by: .seconds(60))
                return keyring.keys.keys.count == 1
            }
        }
    }

    @Test("sealed keys are opened with their secret only; keys that were not sealed are once there is one")
    func sealing() async throws {
        let secret = String(repeating: "s", count: 32)
        let plain = try await open()
        let id = plain.keys.signing.id
        #expect(try #require(await row()).body.description.contains(id))
        let sealed = try await open(secret)
        #expect(sealed.keys.signing.id == id)
        #expect(try #require(await row()).body["sealed"]?.string != nil)
        #expect(!(try #require(await row()).body.description.contains(id)))
        try await sealed.rotate()
        #expect(try await open(secret).keys.keys.map(\.id) == sealed.keys.keys.map(\.id))
        for wrong in [nil, String(repeating: "t", count: 32)] {
            let finding = await #expect(throws: Finding.self) { _ = try await open(wrong) }
            #expect(finding?.code == .badConfig)
        }
        #expect(throws: Finding.self) { try SealingKey(Secret("short")) }
    }

    @Test("what was sealed is opened in its place only, and not after any change")
    func tampering() throws {
        let key = try SealingKey(Secret(String(repeating: "s", count: 32)))
        let text = try key.seal(Array("hello".utf8), for: "here")
        #expect(key.open(text, for: "here") == Array("hello".utf8))
        #expect(key.open(text, for: "there") == nil)
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(changed == text || key.open(changed, for: "here") == nil)
        }
    }

    @Test("at the same moment many make one set of keys")
    func race() async throws {
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try await self.open().keys.signing.id } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }
}

import ClawBase
@testable import ClawPlatform
import HTTPTypes
import Testing

@Suite("Sessions and tokens are checked without the store")
struct SessionMemoryTests {
    let store = WatchedStore()
    let time = VirtualTime()
    let signer = SessionSigner(keys: .generate())
    /// Two control planes on one store.
    let planes: [StoreAuthenticator]

    init() async throws {
        planes = [store, store].map { [signer, time] in StoreAuthenticator(store: $0, signer: signer, time: time) }
        let credential = User.Credential(hash: Token.hash("good"), label: "a", createdAt: time.now)
        try await store.create(User(name: "ada", credentials: [credential], createdAt: time.now))
    }

    private func users(_ headers: HTTPFields) async throws -> [String?] {
        var users: [String?] = []
        for plane in planes {
            users.append(try await plane.identify(Request(.get, "http://claw.test/", headers: headers)).principal?.user)
        }
        return users
    }

    private func session() async throws -> (headers: HTTPFields, id: String) {
        let (cookie, id) = try await store.signIn("ada", signer, at: time.now)
        return ([.cookie: "claw_session=\(cookie.reveal())"], id)
    }

    @Test("once asked about, neither a session nor a token asks the store again")
    func memory() async throws {
        let headers = try await session().headers
        let token: HTTPFields = [.authorization: "Bearer good"]
        for headers in [headers, token] { #expect(try await users(headers) == ["ada", "ada"]) }
        let reads = store.reads
        for headers in Array(repeating: [headers, token], count: 50).joined() {
            #expect(try await users(headers) == ["ada", "ada"])
        }
        #expect(store.reads == reads)
    }

    enum End: CaseIterable { case signOut, everywhere, disabled, removed }

    @Test("whatever ends a session ends it at every control plane", arguments: End.allCases)
    func ended(end: End) async throws {
        let (headers, id) = try await session()
        #expect(try await users(headers) == ["ada", "ada"])
        switch end {
        case .signOut: try await store.endSession(id, at: time.now)
        case .everywhere: try await store.endSessions(of: "ada", at: time.now)
        case .disabled: try await store.modify(User.self, "ada") { $0.isDisabled = true }
        case .removed: try await store.delete(User.self, "ada")
        }
        #expect(try await users(headers) == [nil, nil])
    }

    @Test("a token that is taken back, or given to somebody else, is no longer whose it was")
    func token() async throws {
        let token: HTTPFields = [.authorization: "Bearer good"]
        #expect(try await users(token) == ["ada", "ada"])
        let credential = try #require(try await store.get(User.self, "ada")?.record.credentials.first)
        try await store.modify(User.self, "ada") { $0.credentials = [] }
        #expect(try await users(token) == [nil, nil])
        try await store.create(User(name: "bob", credentials: [credential], createdAt: time.now))
        #expect(try await users(token) == ["bob", "bob"])
    }

    @Test("while the news are interrupted the store is asked every time; where it does not answer nobody is let in")
    func interrupted() async throws {
        let (headers, id) = try await session()
        #expect(try await users(headers) == ["ada", "ada"])
        store.interrupt()
        try await store.endSession(id, at: time.now)
        #expect(try await users(headers) == [nil, nil])
        let reads = store.reads
        #expect(try await users(headers) == [nil, nil])
        #expect(store.reads > reads)
        store.holdReads { throw Finding(.unreachable, "The store is away.") }
        await #expect(throws: Finding.self) { try await users(headers) }
        store.holdReads(nil)
        store.resume()
        #expect(try await users(headers) == [nil, nil])
        let other = try await session().headers
        #expect(try await users(other) == ["ada", "ada"])
    }

    @Test("what was read while it changed is not kept")
    func race() async throws {
        let headers = try await session().headers
        let (reading, changed) = (Gate(), Gate())
        store.holdReads {
            reading.open()
            try await changed.pass()
        }
        async let slow = planes[0].identify(Request(.get, "http://claw.test/", headers: headers))
        try await reading.pass()
        store.holdReads(nil)
        try await store.modify(User.self, "ada") { $0.isDisabled = true }
        changed.open()
        _ = try await slow
        #expect(try await users(headers) == [nil, nil])
    }

    @Test("as many are remembered as may be, those that are used")
    func bound() async throws {
        let cache = RecordCache<User, String>(store, capacity: 10) { $0.name }
        for number in 0..<100 {
            try await store.create(User(name: "u\(number)", createdAt: time.now))
            #expect(try await cache.get("u\(number)") == "u\(number)")
            #expect(try await cache.get("ada") == "ada")
        }
        #expect(cache.count <= 10)
        let reads = store.reads
        #expect(try await cache.get("ada") == "ada")
        #expect(store.reads == reads)
        #expect(try await cache.get("u0") == "u0")
        #expect(store.reads == reads + 1)
    }
}

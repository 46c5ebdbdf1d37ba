import BenchmarkSupport
import ClawBase
import ClawPlatform
import Foundation
import HTTPTypes

/// On one thread: the gate with the session verified, with the cookie's signature, and the whole question of a proxy.
func decide() async throws {
    let (runtime, time) = (RuntimeReference(project: "demo", runtime: "ada"), SystemTime())
    let signer = SessionSigner(keys: .generate(at: time.now))
    let session = Session(
        id: RecordID.make(at: time.now), user: "ada", issuedAt: time.now, expiresAt: time.now + .seconds(3600), epoch: 0)
    let cookie = signer.sign(session)
    let gate = AccessGate()
    func question(_ user: String, _ end: Timestamp) -> AccessQuestion {
        AccessQuestion(
            identity: .principal(Principal(user: user, proof: .session, expiresAt: end)), runtime: runtime,
            access: RuntimeAccess(owner: "ada", readiness: .ready), wantsPage: false, target: "/x", now: time.now)
    }
    let asked = [question("ada", session.expiresAt), question("eve", session.expiresAt)]
    var allowed = 0
    let pure = await best(of: 5) {
        for number in 0..<1_000_000 where gate.decide(asked[number & 1]).isAllowed { allowed += 1 }
    }
    guard allowed == 2_500_000 else { throw Finding(.internalError, "The gate let in \(allowed).") }
    report("the gate, session verified", 1_000_000, "decisions", pure)

    let now = time.now
    let signed = try await best(of: 5) {
        for _ in 0..<200_000 {
            let found = try signer.verify(cookie, now: now)
            guard gate.decide(question(found.user, found.expiresAt)).isAllowed else { throw Finding(.internalError, "shut") }
        }
    }
    report("with the cookie's signature", 200_000, "decisions", signed)
    let text = cookie.reveal()
    var sum = 0
    let hash = await best(of: 5) {
        for _ in 0..<200_000 { sum &+= Token.hash(text).utf8.count }
    }
    report("  SHA-256 of the cookie in hex, to compare with", 200_000, "hashes", hash, sum == 200_000 * 5 * 64 ? "" : "wrong")

    let store = MemoryPlatformStore()
    try await store.create(User(name: "ada", createdAt: session.issuedAt))
    try await store.begin(
        SessionRecord(id: session.id, user: "ada", createdAt: session.issuedAt, expiresAt: session.expiresAt))
    let directory = MemoryAccessDirectory()
    directory.set(runtime, owner: "ada", .ready)
    let check = AccessCheck(
        authenticator: StoreAuthenticator(store: store, signer: signer, time: time), directory: directory,
        domain: "claw.test", time: time)
    var request = Request(.get, "http://127.0.0.1/api/v1/access/check")
    for (name, value) in Load.headers(cookie: cookie.reveal()) { request.headers[HTTPField.Name(name)!] = value }
    let asking = request
    let whole = try await best(of: 5) {
        for _ in 0..<100_000 {
            guard await check.respond(to: asking).status == .ok else { throw Finding(.internalError, "shut") }
        }
    }
    report("a proxy's whole question, without its socket", 100_000, "questions", whole)
}

/// What a proxy sends for a browser's request.
enum Load {
    static func headers(cookie: String) -> [(String, String)] {
        [
            ("Accept", "*/*"), ("Accept-Language", "en-GB,en;q=0.7"), ("Cookie", "theme=dark; claw_session=\(cookie)"),
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            ("X-Forwarded-For", "10.0.0.7"), ("X-Forwarded-Host", "ada-demo.claw.test"), ("X-Forwarded-Method", "GET"),
            ("X-Forwarded-Proto", "https"), ("X-Forwarded-Uri", "/assets/app.js?v=3"), ("X-Claw-Proxy-Key", "proxy_bench"),
        ]
    }
}

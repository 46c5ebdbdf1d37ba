import ClawBase
import ClawPlatform
import HTTPTypes
import Testing

@Suite("A session")
struct SessionTests {
    let start = Timestamp(seconds: 1_800_000_000)
    var session: Session {
        Session(id: "s1", user: "ada", issuedAt: start, expiresAt: start + .seconds(3600), epoch: 3)
    }

    @Test("is read back from its signed cookie until it expires")
    func roundTrip() throws {
        let signer = SessionSigner(keys: .generate())
        let cookie = signer.sign(session)
        #expect(try signer.verify(cookie, now: start + .seconds(3599)) == session)
        let finding = try #require(throws: Finding.self) { try signer.verify(cookie, now: start + .seconds(3600)) }
        #expect(finding.code == .session)
        #expect(finding.message.contains("expired"))
    }

    @Test("is void after any change of any character, and with any other key")
    func tampering() throws {
        let signer = SessionSigner(keys: .generate())
        let cookie = Array(signer.sign(session).reveal())
        for index in cookie.indices {
            for replacement in ["A", "b", ".", "0", "-"] as [Character] where cookie[index] != replacement {
                var changed = cookie
                changed[index] = replacement
                #expect(throws: Finding.self) { try signer.verify(Secret(String(changed)), now: start) }
            }
            #expect(throws: Finding.self) { try signer.verify(Secret(String(cookie[..<index])), now: start) }
        }
        let other = SessionSigner(keys: .generate())
        #expect(throws: Finding.self) { try other.verify(signer.sign(session), now: start) }
        for text in ["", ".", "...", "v2...", String(repeating: ".", count: 5000)] {
            #expect(throws: Finding.self) { try signer.verify(Secret(text), now: start) }
        }
    }

    @Test("outlives the rotation of its key, as long as the key is kept")
    func rotation() throws {
        var keys = SessionKeys.generate()
        let cookie = SessionSigner(keys: keys).sign(session)
        keys.rotate()
        #expect(try SessionSigner(keys: keys).verify(cookie, now: start) == session)
        keys.rotate()
        #expect(throws: Finding.self) { try SessionSigner(keys: keys).verify(cookie, now: start) }
    }

    @Test("its cookie is found among others, set for browsers only, and kept from what lies behind the gate")
    func cookies() {
        var headers = HTTPFields()
        headers.append(HTTPField(name: .cookie, value: "a=1; claw_session=abc; b=2"))
        headers.append(HTTPField(name: .cookie, value: "claw_session_x=3"))
        #expect(SessionCookie.value(in: headers) == Secret("abc"))
        SessionCookie.remove(from: &headers)
        #expect(headers[values: .cookie] == ["a=1; b=2", "claw_session_x=3"])
        #expect(SessionCookie.value(in: headers) == nil)
        let set = SessionCookie.set(Secret("abc"), lifetime: .seconds(60), isSecure: true)
        #expect(set == "claw_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure")
        #expect(SessionCookie.clear(isSecure: false).contains("Max-Age=0"))
    }
}

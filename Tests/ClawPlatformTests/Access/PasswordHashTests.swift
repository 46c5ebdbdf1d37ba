import ClawBase
@testable import ClawPlatform
import Testing

@Suite("Passwords are kept as slow hashes")
struct PasswordHashTests {
    @Test("RFC 7914's own example, in the form in which hashes are kept")
    func rfc() throws {
        // Section 12: P="pleaseletmein", S="SodiumChloride", N=16384, r=8, p=1; the first 64 bytes.
        let known = try #require(
            PasswordHash(
                "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yz3c0YShzbJr3GFv/VUTLSLr6z2EBsiYiT/VfkNYi9rGOkbVasAdaL8"
                    + "l1kfpcRNJVUfkTcFvLUW7fwEfhw"))
        #expect(throws: Never.self) { _ = try known.isHash(of: Secret("pleaseletmein")) }
        #expect(try !known.isHash(of: Secret("pleaseletmeout")))
    }

    @Test("a hash is right for its password only, has a salt of its own, and survives being written down")
    func text() throws {
        let hash = try PasswordHash(of: Secret("correct horse"), cost: .test)
        let read = try #require(PasswordHash(hash.text))
        #expect(read == hash && hash.text.hasPrefix("$scrypt$ln=4,r=1,p=1$") && !hash.text.contains("=" + "$"))
        #expect(try read.isHash(of: Secret("correct horse")))
        #expect(try !read.isHash(of: Secret("correct horsf")))
        #expect(try PasswordHash(of: Secret("correct horse"), cost: .test) != hash)
    }

    @Test(
        "what is none, or would take all memory, is no hash",
        arguments: [
            "", "secret", "$argon2id$v=19$m=1,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=15,r=8$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=4,r=1,p=1$$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=4,r=1,p=1$AAAAAAAAAAA$",
            "$scrypt$ln=4,r=1,p=0$AAAAAAAAAAA$AA",
        ])
    func malformed(text: String) { #expect(PasswordHash(text) == nil) }

    @Test("who has none is compared with nothing that could be right")
    func decoy() async throws {
        let hasher = PasswordHasher(cost: .test)
        for password in ["", "password"] { #expect(try await !hasher.isRight(Secret(password), for: nil)) }
    }

    @Test("too many at once are turned away, and those that were let in are served")
    func bound() async throws {
        let hasher = PasswordHasher(cost: PasswordCost(logRounds: 12, blockSize: 8, parallelism: 1), width: 2, limit: 4)
        let outcomes = await withTaskGroup(of: FindingCode?.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    do {
                        _ = try await hasher.hash(Secret("password"))
                        return nil
                    } catch { return (error as? Finding)?.code }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(nil) && outcomes.contains(FindingCode(rawValue: "E_BUSY")))
        _ = try await hasher.hash(Secret("password"))
    }

    @Test(
        "short ones, long ones, dull ones and the user's own name are not taken",
        arguments: [
            ("short", false), ("elevenchars", false), ("twelve chars", true), ("aaaaaaaaaaaaaaaaaaa", false),
            ("abababababababababab", false), ("adalovelace1", false), (String(repeating: "abcdefg", count: 40), false),
            ("correct horse battery staple", true), ("ein Paß mit Ümlauten", true),
        ])
    func rules(password: String, isTaken: Bool) {
        func check() throws { try PasswordRules.check(Secret(password), of: "adalovelace", field: "password") }
        if isTaken {
            #expect(throws: Never.self) { try check() }
        } else {
            #expect(throws: Finding.self) { try check() }
        }
    }
}

public import ClawBase
import ClawDocuments
import Crypto

/// The keys that session cookies are signed with, newest first. New ones are signed by the first; all of them verify,
/// so that rotating a key signs nobody out.
public struct SessionKeys: Sendable {
    struct Key: Sendable {
        /// Names the key in cookies. Not secret.
        let id: String
        let secret: SymmetricKey
        let createdAt: Timestamp
    }

    private(set) var keys: [Key]

    /// One new random key.
    public static func generate(at now: Timestamp = Timestamp(seconds: 0)) -> SessionKeys {
        SessionKeys(keys: [makeKey(at: now)])
    }

    private init(keys: [Key]) { self.keys = keys }

    private static func makeKey(at now: Timestamp) -> Key {
        let secret = SymmetricKey(size: .bits256)
        let digest = secret.withUnsafeBytes { SHA256.hash(data: $0) }
        return Key(id: Hex.encode(digest.prefix(8)), secret: secret, createdAt: now)
    }

    /// Puts a new key in front. Sessions signed with keys beyond the newest `keeping` end.
    public mutating func rotate(keeping: Int = 2, at now: Timestamp = Timestamp(seconds: 0)) {
        keys = [Self.makeKey(at: now)] + keys.prefix(max(0, keeping - 1))
    }

    var signing: Key { keys[0] }
    func key(_ id: Substring) -> Key? { keys.first { $0.id == id } }

    // MARK: age

    /// Puts a new key in front where the newest is older than `interval`, and drops those with which nothing was signed
    /// for a session's length.
    /// - Returns: whether anything changed.
    mutating func renew(every interval: Duration, sessionsLasting lifetime: Duration, at now: Timestamp) -> Bool {
        let before = keys.count
        // A key is in use until its successor is made, and what it signed last lasts that long.
        keys = keys.enumerated().filter { $0.offset == 0 || now - keys[$0.offset - 1].createdAt < lifetime }.map(
            \.element)
        guard now - signing.createdAt >= interval else { return keys.count != before }
        rotate(keeping: keys.count + 1, at: now)
        return true
    }

    // MARK: the form in the store

    var json: JSON {
        .array(
            keys.map { key in
                [
                    "id": .string(key.id), "secret": .string(key.secret.withUnsafeBytes { Base64URL.encode($0) }),
                    "createdAt": .string(key.createdAt.rfc3339(fractionDigits: 9)),
                ]
            })
    }

    init?(json: JSON) {
        keys = (json.array ?? []).compactMap { element -> Key? in
            guard let id = element["id"]?.string,
                let bytes = element["secret"]?.string.flatMap({ Base64URL.decode($0) }),
                let created = element["createdAt"]?.string.flatMap({ Timestamp(rfc3339: $0) }), bytes.count == 32
            else { return nil }
            return Key(id: id, secret: SymmetricKey(data: bytes), createdAt: created)
        }
        if keys.isEmpty || keys.count != json.array?.count { return nil }
    }
}

import ClawBase
import Crypto
import FoundationEssentials

/// The keys that session cookies are signed with. New ones are signed by the first; all of them verify, so that
/// rotating a key signs nobody out.
public struct SessionKeys: Sendable {
    struct Key: Sendable {
        /// Names the key in cookies. Not secret.
        let id: String
        let secret: SymmetricKey
    }

    private(set) var keys: [Key]

    private init(keys: [Key]) { self.keys = keys }

    /// One new random key.
    public static func generate() -> SessionKeys { SessionKeys(keys: [makeKey()]) }

    private static func makeKey() -> Key {
        let secret = SymmetricKey(size: .bits256)
        let digest = secret.withUnsafeBytes { SHA256.hash(data: $0) }
        return Key(id: Hex.encode(digest.prefix(4)), secret: secret)
    }

    /// Puts a new key in front. Sessions signed with keys beyond the newest `keeping` end.
    public mutating func rotate(keeping: Int = 2) {
        keys = [Self.makeKey()] + keys.prefix(max(0, keeping - 1))
    }

    var signing: Key { keys[0] }
    func key(_ id: Substring) -> Key? { keys.first { $0.id == id } }

    // MARK: the file

    /// Reads the keys from a file (one line each, newest first), or makes them and the file, mode 0600.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_CONFIG`).
    public static func load(orMakeAt path: String) throws -> SessionKeys {
        if FileManager.default.fileExists(atPath: path) { return try load(from: path) }
        let keys = generate()
        try keys.save(to: path)
        return keys
    }

    public static func load(from path: String) throws -> SessionKeys {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Finding(.storage, "Cannot read the session keys in \(path); make the file readable.", field: path)
        }
        let keys = text.split(separator: "\n").compactMap { line -> Key? in
            let parts = line.split(separator: ":")
            guard parts.count == 2, let bytes = Base64URL.decode(parts[1]), bytes.count == 32 else { return nil }
            return Key(id: String(parts[0]), secret: SymmetricKey(data: bytes))
        }
        guard !keys.isEmpty, keys.count == text.split(separator: "\n").count else {
            throw Finding(
                .badConfig,
                "\(path) holds no usable session keys; remove it to have new ones made (all users sign in "
                    + "again).", field: path)
        }
        return SessionKeys(keys: keys)
    }

    /// Writes the file as a whole or not at all.
    public func save(to path: String) throws {
        let lines = keys.map { key in "\(key.id):\(key.secret.withUnsafeBytes { Base64URL.encode($0) })\n" }
        try PrivateFile.write(Array(lines.joined().utf8), to: path)
    }
}

public import ClawBase
import CryptoExtras
import FoundationEssentials

/// What hashing a password costs: scrypt's parameters (RFC 7914).
public struct PasswordCost: Sendable, Hashable {
    /// The binary logarithm of N.
    public var logRounds: Int
    public var blockSize: Int
    public var parallelism: Int

    /// 32 MiB and three passes: one of the settings of equal strength in OWASP's Password Storage Cheat Sheet, and the
    /// one that lets several people sign in at once in little memory.
    public static let standard = PasswordCost(logRounds: 15, blockSize: 8, parallelism: 3)

    public init(logRounds: Int, blockSize: Int, parallelism: Int) {
        (self.logRounds, self.blockSize, self.parallelism) = (logRounds, blockSize, parallelism)
    }

    /// Whatever stands in a store, hashing takes no more than 256 MiB.
    fileprivate var isBearable: Bool {
        (1...20).contains(logRounds) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
            && 128 << logRounds * blockSize <= 256 << 20
    }
}

/// A password's hash, with everything it takes to check it: `$scrypt$ln=15,r=8,p=3$SALT$HASH`, salt and hash in base64
/// without padding (the PHC string format).
struct PasswordHash: Sendable, Hashable {
    private static let saltLength = 16
    private static let length = 32

    let cost: PasswordCost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Takes as long as the cost says, with a new random salt.
    /// - Throws: ``Finding`` (`E_INTERNAL`).
    init(of password: Secret<String>, cost: PasswordCost) throws(Finding) {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<Self.saltLength).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.init(cost: cost, salt: salt, hash: try Self.derive(password, salt, cost, Self.length))
    }

    /// Nobody's: no password is right for it, and finding that out takes as long as ever.
    static func decoy(cost: PasswordCost) -> PasswordHash {
        PasswordHash(
            cost: cost, salt: [UInt8](repeating: 0, count: saltLength), hash: [UInt8](repeating: 0, count: length))
    }

    private init(cost: PasswordCost, salt: [UInt8], hash: [UInt8]) {
        (self.cost, self.salt, self.hash) = (cost, salt, hash)
    }

    /// Takes as long as the cost says.
    /// - Throws: ``Finding`` (`E_INTERNAL`).
    func isHash(of password: Secret<String>) throws(Finding) -> Bool {
        ConstantTime.equal(try Self.derive(password, salt, cost, hash.count), hash)
    }

    private static func derive(
        _ password: Secret<String>, _ salt: [UInt8], _ cost: PasswordCost, _ length: Int
    ) throws(Finding) -> [UInt8] {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: Array(password.reveal().utf8), salt: salt, outputByteCount: length, rounds: 1 << cost.logRounds,
                blockSize: cost.blockSize, parallelism: cost.parallelism)
            return key.withUnsafeBytes { Array($0) }
        } catch {
            // Says nothing of the password: it would be the one thing that stands in the error.
            throw Finding(.internalError, "A password could not be hashed; is there too little memory?")
        }
    }

    // MARK: the form in the store

    var text: String {
        let parameters = "ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(parameters)$\(Self.unpadded(salt))$\(Self.unpadded(hash))"
    }

    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
        var values: [Substring: Int] = [:]
        for parameter in parts[2].split(separator: ",") {
            let pair = parameter.split(separator: "=")
            guard pair.count == 2, let value = Int(pair[1]) else { return nil }
            values[pair[0]] = value
        }
        guard let rounds = values["ln"], let size = values["r"], let parallelism = values["p"], values.count == 3,
            let salt = Self.padded(parts[3]), let hash = Self.padded(parts[4]), salt.count >= 8,
            (16...64).contains(hash.count)
        else { return nil }
        let cost = PasswordCost(logRounds: rounds, blockSize: size, parallelism: parallelism)
        guard cost.isBearable else { return nil }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    private static func unpadded(_ bytes: [UInt8]) -> String {
        var text = Base64.encode(bytes)
        while text.last == "=" { text.removeLast() }
        return text
    }

    private static func padded(_ text: Substring) -> [UInt8]? {
        Base64.decode(String(text) + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}

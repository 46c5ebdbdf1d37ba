import ClawBase
import Crypto
import FoundationEssentials

/// An archive encrypted in chunks, so that none of it need be in memory as a whole: AES-256-GCM (NIST SP 800-38D).
///
///     "CLAWSEAL" version(1) salt(16) { length(4, big-endian) ciphertext tag(16) }…
///
/// Each archive has a key of its own, derived from the tenant's by HKDF (RFC 5869) with the salt, so that the chunks'
/// running numbers may be their nonces. A chunk's number and whether it is the last one are authenticated with it:
/// chunks can neither be moved nor dropped, and an archive cannot be cut off.
enum SealedArchive {
    static let magic = Array("CLAWSEAL".utf8) + [1]
    static let saltSize = 16
    static let chunkSize = 1 << 20
    private static let tagSize = 16

    /// The key that opens and seals one archive.
    private static func key(_ secret: SymmetricKey, _ salt: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, salt: salt, info: Array("clawkit.dev checkpoint".utf8), outputByteCount: 32)
    }

    private static func nonce(_ number: UInt64) throws -> AES.GCM.Nonce {
        try AES.GCM.Nonce(data: [0, 0, 0, 0] + bigEndian(number))
    }

    private static func label(_ number: UInt64, isLast: Bool) -> [UInt8] { bigEndian(number) + [isLast ? 1 : 0] }

    private static func bigEndian<N: FixedWidthInteger>(_ number: N) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    struct Sealing {
        private let key: SymmetricKey
        private let salt: [UInt8]
        private var number: UInt64 = 0
        private var pending: [UInt8] = []

        /// What the stored archive begins with.
        var header: [UInt8] { SealedArchive.magic + salt }

        init(secret: SymmetricKey) {
            var random = SystemRandomNumberGenerator()
            salt = (0..<SealedArchive.saltSize).map { _ in UInt8.random(in: 0...255, using: &random) }
            key = SealedArchive.key(secret, salt)
        }

        /// What can be stored now.
        mutating func seal(_ bytes: [UInt8]) throws -> [UInt8] {
            pending += bytes
            var output: [UInt8] = []
            // The last chunk is marked, so one is always held back.
            while pending.count > SealedArchive.chunkSize {
                output += try chunk(Array(pending.prefix(SealedArchive.chunkSize)), isLast: false)
                pending.removeFirst(SealedArchive.chunkSize)
            }
            return output
        }

        mutating func finish() throws -> [UInt8] { try chunk(pending, isLast: true) }

        private mutating func chunk(_ bytes: [UInt8], isLast: Bool) throws -> [UInt8] {
            let box = try AES.GCM.seal(
                bytes, using: key, nonce: try SealedArchive.nonce(number),
                authenticating: SealedArchive.label(number, isLast: isLast))
            number += 1
            return SealedArchive.bigEndian(UInt32(bytes.count) | (isLast ? 1 << 31 : 0)) + Array(box.ciphertext)
                + Array(box.tag)
        }
    }

    struct Opening {
        private let secret: SymmetricKey
        private var key: SymmetricKey?
        private var number: UInt64 = 0
        private var pending: [UInt8] = []
        private(set) var hasEnded = false

        init(secret: SymmetricKey) { self.secret = secret }

        /// What the bytes so far hold, decrypted.
        /// - Throws: ``Finding`` where they are not what was sealed with this secret.
        mutating func open(_ bytes: [UInt8]) throws(Finding) -> [UInt8] {
            pending += bytes
            var output: [UInt8] = []
            var start = 0
            if key == nil {
                let size = SealedArchive.magic.count + SealedArchive.saltSize
                guard pending.count >= size else { return [] }
                guard pending.starts(with: SealedArchive.magic) else { throw Self.damaged }
                key = SealedArchive.key(secret, Array(pending[SealedArchive.magic.count..<size]))
                start = size
            }
            while pending.count - start >= 4, !hasEnded {
                let length = pending[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                let isLast = length & 1 << 31 != 0
                let count = Int(length & ~(1 << 31))
                guard count <= SealedArchive.chunkSize else { throw Self.damaged }
                guard pending.count - start >= 4 + count + SealedArchive.tagSize else { break }
                let (begin, end) = (start + 4, start + 4 + count)
                output += try chunk(pending[begin..<end], pending[end..<(end + SealedArchive.tagSize)], isLast)
                start = end + SealedArchive.tagSize
            }
            pending.removeFirst(start)
            guard !hasEnded || pending.isEmpty else { throw Self.damaged }
            return output
        }

        private mutating func chunk(
            _ ciphertext: ArraySlice<UInt8>, _ tag: ArraySlice<UInt8>, _ isLast: Bool
        ) throws(Finding) -> [UInt8] {
            guard let key else { throw Self.damaged }
            do {
                let box = try AES.GCM.SealedBox(
                    nonce: try SealedArchive.nonce(number), ciphertext: ciphertext, tag: tag)
                let plain = try AES.GCM.open(
                    box, using: key, authenticating: SealedArchive.label(number, isLast: isLast))
                number += 1
                hasEnded = isLast
                return Array(plain)
            } catch {
                throw Self.damaged
            }
        }

        static let damaged = Finding(
            .checkpointDamaged,
            "The archive cannot be opened with the namespace's key: it is damaged, or was sealed with another one.")
    }
}

/// The tenant's key, from a Secret of the pod's namespace.
struct CheckpointKey: Sendable {
    /// The entry of the Secret; at least 32 bytes.
    static let entry = "key"
    let secret: SymmetricKey

    init(bytes: [UInt8]) { secret = SymmetricKey(data: bytes) }

    /// - Throws: ``Finding`` where there is no such Secret, or no key in it.
    init(_ name: String, _ sources: PodSources) async throws {
        guard let data = try await sources.secret(name, isOptional: false), let key = data[Self.entry], key.count >= 32
        else {
            throw Finding(
                .checkpointUnsupported,
                "The Secret \(name) has no `\(Self.entry)` of at least 32 bytes; write one to have checkpoints encrypted."
            )
        }
        self.init(bytes: key)
    }
}

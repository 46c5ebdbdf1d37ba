import ClawBase
import ClawKubernetes
import Crypto
import FoundationEssentials

/// A directory to one file and back, digested on the way, and sealed where there is a key. No byte is read twice.
enum CheckpointArchive {
    private static let pieceSize = 1 << 20

    /// - Returns: size and digest of the file.
    static func write(_ directory: String, to path: String, key: CheckpointKey?) async throws -> (
        size: Int, digest: String
    ) {
        let file = try SystemFile.open(path, .create)
        var sealing = key.map { SealedArchive.Sealing(secret: $0.secret) }
        var hash = SHA256()
        var size = 0
        func put(_ bytes: [UInt8]) throws {
            guard !bytes.isEmpty else { return }
            try bytes.withUnsafeBytes { try file.write($0, at: size) }
            hash.update(data: bytes)
            size += bytes.count
        }
        try put(sealing?.header ?? [])
        _ = try await DirectoryArchive.write(directory) { bytes in
            try Task.checkCancellation()
            try put(try sealing?.seal(bytes) ?? bytes)
        }
        try put(try sealing?.finish() ?? [])
        return (size, digestPrefix + Hex.encode(hash.finalize()))
    }

    static let digestPrefix = "sha256:"

    /// Unpacks into a directory that is not there yet.
    /// - Throws: ``Finding`` where the file is not the one that was written; nothing is left then.
    static func read(_ path: String, into directory: String, record: CheckpointRecord, key: CheckpointKey?) throws {
        do {
            try unpack(path, into: directory, record: record, key: key)
        } catch let error as Finding {
            try? NodeDirectories.removeTree(directory)
            guard [.badArchive, .unsafeArchive].contains(error.code) else { throw error }
            throw Finding(.checkpointDamaged, "The archive \(record.name) is damaged: \(error.message)")
        } catch {
            try? NodeDirectories.removeTree(directory)
            throw error
        }
    }

    private static func unpack(
        _ path: String, into directory: String, record: CheckpointRecord, key: CheckpointKey?
    ) throws {
        let file: SystemFile
        do {
            file = try SystemFile.open(path, .read)
        } catch {
            throw Finding(.checkpointMissing, "The archive \(record.name) is not on this node any more; start anew.")
        }
        var opening = key.map { SealedArchive.Opening(secret: $0.secret) }
        try FileTree.makeDirectory(directory)
        // What was packed was no larger than its archive, and the record tells how large that is.
        var unpacking = DirectoryArchive.Unpacking(into: directory, limit: record.size)
        var hash = SHA256()
        var offset = 0
        do {
            while true {
                let bytes = try file.read(pieceSize, at: offset)
                if bytes.isEmpty { break }
                offset += bytes.count
                hash.update(data: bytes)
                try unpacking.append(try opening?.open(bytes) ?? bytes)
            }
            guard offset == record.size, digestPrefix + Hex.encode(hash.finalize()) == record.digest else {
                throw Finding(
                    .checkpointDamaged,
                    "The archive \(record.name) has another digest than it was stored with; start anew.")
            }
            try unpacking.finish()
        } catch {
            unpacking.abandon()
            throw error
        }
    }
}

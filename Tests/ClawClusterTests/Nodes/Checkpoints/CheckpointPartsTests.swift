import ClawBase
import ClawKubernetes
import ClawModels
import Foundation
import Testing

@testable import ClawCluster

@Suite("Parts of checkpoints")
struct CheckpointPartsTests {
    private static let secret = CheckpointKey(bytes: Array("0123456789abcdef0123456789abcdef".utf8)).secret
    private static let chunk = SealedArchive.chunkSize

    private static func seal(_ pieces: [[UInt8]]) throws -> [UInt8] {
        var sealing = SealedArchive.Sealing(secret: secret)
        var stored = sealing.header
        for piece in pieces { stored += try sealing.seal(piece) }
        return stored + (try sealing.finish())
    }

    private static func open(_ stored: [UInt8], piece: Int) throws -> (bytes: [UInt8], isWhole: Bool) {
        var opening = SealedArchive.Opening(secret: secret)
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: stored.count, by: piece) {
            bytes += try opening.open(Array(stored[start..<min(start + piece, stored.count)]))
        }
        return (bytes, opening.hasEnded)
    }

    @Test(
        "what is sealed opens again, however it is cut", arguments: [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk + 7])
    func roundTrip(_ size: Int) throws {
        let plain = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let stored = try Self.seal([Array(plain.prefix(size / 3)), Array(plain.dropFirst(size / 3))])
        for piece in [stored.count, 100_001] {
            let (bytes, isWhole) = try Self.open(stored, piece: piece)
            #expect(bytes == plain)
            #expect(isWhole)
        }
    }

    @Test("a sealed archive can be neither changed, cut off, lengthened, nor its chunks swapped")
    func tampering() throws {
        let plain = [UInt8](repeating: 7, count: 2 * Self.chunk + 100)
        let stored = try Self.seal([plain])
        let header = SealedArchive.magic.count + SealedArchive.saltSize
        let step = Self.chunk + 20
        for place in [0, 10, header + 1, header + 100, header + step + 4, stored.count - 1] {
            var changed = stored
            changed[place] ^= 1
            #expect(throws: Finding.self) { try Self.open(changed, piece: changed.count) }
        }
        let cut = try Self.open(Array(stored.prefix(header + 2 * step)), piece: 1 << 16)
        #expect(!cut.isWhole)
        #expect(throws: Finding.self) { try Self.open(stored + [0], piece: stored.count + 1) }
        let swapped =
            Array(stored[..<header]) + stored[(header + step)..<(header + 2 * step)] + stored[header..<(header + step)]
            + stored[(header + 2 * step)...]
        #expect(throws: Finding.self) { try Self.open(swapped, piece: swapped.count) }
        var other = SealedArchive.Opening(secret: CheckpointKey(bytes: [UInt8](repeating: 1, count: 32)).secret)
        #expect(throws: Finding.self) { try other.open(stored) }
    }

    @Test("versions are compared by their numbers")
    func versions() {
        #expect(CheckpointRecord.Constraints.isOlder("3.17", than: "4.2"))
        #expect(CheckpointRecord.Constraints.isOlder("4.2", than: "4.2.1"))
        #expect(CheckpointRecord.Constraints.isOlder("4.9", than: "4.10"))
        #expect(!CheckpointRecord.Constraints.isOlder("4.2.1", than: "4.2.1"))
    }

    @Test("of a log of CRIU's the errors are told, without places in its source")
    func errors() {
        let log = """
            Warn  (criu/kerndat.c:1642): CRIU was built without libnftables support
            Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
            Error (criu/files-reg.c:10): File home/x has bad size 12 (expect 10)
            Error (criu/cr-restore.c:2): Restoring FAILED.
            """
        #expect(CRIU.lastErrors(log) == "File home/x has bad size 12 (expect 10); Restoring FAILED.")
        #expect(CRIU.lastErrors("") == "it said nothing")
    }

    @Test(
        "an archive's name is no path",
        arguments: [
            "../checkpoint-a.tar", "checkpoint-/a.tar", "checkpoint-a", ".checkpoint-a.tar", "checkpoint-a.tar.json",
            "",
        ])
    func names(_ name: String) { #expect(!CheckpointDirectory.isArchive(name)) }

    @Test("what a crash left half made is gone at the next start; what is whole stays")
    func leftOvers() throws {
        let root = NodeFixture.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let directory = CheckpointDirectory(path: root, limit: 2)
        try directory.prepare()
        for name in ["checkpoint-whole.tar", "checkpoint-whole.tar.json", "checkpoint-half.tar"] {
            _ = FileManager.default.createFile(atPath: "\(root)/\(name)", contents: Data())
        }
        try FileManager.default.createDirectory(atPath: "\(root)/.making-x/criu", withIntermediateDirectories: true)
        try directory.prepare()
        let left = try FileManager.default.contentsOfDirectory(atPath: root).sorted()
        #expect(left == ["checkpoint-whole.tar", "checkpoint-whole.tar.json"])
    }

    @Test("what a pod asks for, and what it is told, are read back")
    func annotations() {
        let outcomes = ["main": PodRestore(method: .cold, checkpoint: "c", code: "E_X", message: "why")]
        var pod = Pod(metadata: ObjectMeta(name: "web"))
        pod.annotations = [
            PodRestore.requestAnnotation: "a.tar@sha256:1, b.tar",
            PodRestore.outcomeAnnotation: PodRestore.text(of: outcomes),
        ]
        #expect(PodRestore.outcomes(of: pod) == outcomes)
        #expect(
            PodRestore.requests(of: pod) == [
                .init(checkpoint: "a.tar", digest: "sha256:1"), .init(checkpoint: "b.tar"),
            ])
    }
}

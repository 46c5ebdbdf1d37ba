public import ClawBase
import ClawKubernetes
import ClawModels
import FoundationEssentials
import Synchronization

/// A runtime's volume as a tar archive, by the `tar` of its own container.
///
/// An archive is complete before its first byte is told: what could be written to the end only is no archive. So long it is
/// a file of this machine that has no name.
final class VolumeArchives: Sendable {
    /// The largest archive, in bytes; what is read is bounded by what the server takes as a body, too.
    static let limit = 1 << 30
    private static let deadline = Duration.seconds(900)
    private static let atOnce = 4

    private let api: any KubernetesAPI
    private let time: any TimeSource
    private let running = Mutex(0)

    init(_ api: any KubernetesAPI, time: any TimeSource) { (self.api, self.time) = (api, time) }

    /// - Throws: ``Finding``: `E_BUSY`, `E_BODY_TOO_LARGE`, `E_ARCHIVE` with what `tar` said.
    func archive(of pod: Pod) async throws -> Body {
        try await bounded { [api] in
            let file = try Self.scratch()
            let size = try await api.exec(
                pod.name, ["sh", "-c", #"exec tar -C "$STATE_DIR" -cf - ."#], in: pod.namespace, container: "runtime"
            ) { session in
                var (size, said): (Int, [UInt8]) = (0, [])
                while let output = try await session.next() {
                    switch output {
                    case .standardOutput(let bytes):
                        guard size + bytes.count <= Self.limit else { throw Finding.bodyTooLarge(limit: Self.limit) }
                        try bytes.withUnsafeBytes { try file.write($0, at: size) }
                        size += bytes.count
                    case .standardError(let bytes): said = Array((said + bytes).suffix(1000))
                    }
                }
                // 1: a file changed while it was read; it is there as it was at some moment.
                let code = try await session.end().exitCode
                guard code <= 1, size > 0 else { throw Self.failure(code, said) }
                return size
            }
            return .stream(AsyncThrowingStream(unfolding: FileReader(file, size).next), length: size)
        }
    }

    /// Writes what is in an archive over what is there; the rest stays.
    /// - Throws: as ``archive(of:)``.
    func restore(_ archive: Body, to pod: Pod) async throws {
        try await bounded { [api] in
            try await api.exec(
                pod.name, ["sh", "-c", #"exec tar -C "$STATE_DIR" --no-same-owner -xf -"#], in: pod.namespace,
                container: "runtime", input: true
            ) { session in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        var size = 0
                        for try await bytes in archive {
                            size += bytes.count
                            guard size <= Self.limit else { throw Finding.bodyTooLarge(limit: Self.limit) }
                            try await session.write(bytes)
                        }
                        try await session.finishInput()
                    }
                    group.addTask {
                        var said: [UInt8] = []
                        while let output = try await session.next() {
                            if case .standardError(let bytes) = output { said = Array((said + bytes).suffix(1000)) }
                        }
                        let code = try await session.end().exitCode
                        guard code == 0 else { throw Self.failure(code, said) }
                    }
                    defer { group.cancelAll() }
                    while try await group.next() != nil {}
                }
            }
        }
    }

    private func bounded<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        let isFree = running.withLock { running in
            guard running < Self.atOnce else { return false }
            running += 1
            return true
        }
        guard isFree else { throw Finding(.busy, "Other archives are being made; try again in a while.") }
        defer { running.withLock { $0 -= 1 } }
        return try await time.withDeadline(Self.deadline, "The archive", body)
    }

    private static func failure(_ code: Int, _ said: [UInt8]) -> Finding {
        let words = ForeignText.cleaned(String(decoding: said, as: UTF8.self))
        return Finding(.archive, "tar ended with \(code) in the runtime's container: \(words.isEmpty ? "no word" : words)")
    }

    /// A file that is gone as soon as nobody reads it any more.
    private static func scratch() throws -> SystemFile {
        let path = FileManager.default.temporaryDirectory.appending(path: "claw-archive-\(UUID().uuidString)").path
        let file = try SystemFile.open(path, .create)
        try FileManager.default.removeItem(atPath: path)
        return file
    }

    private actor FileReader {
        private let file: SystemFile
        private let size: Int
        private var offset = 0

        init(_ file: SystemFile, _ size: Int) { (self.file, self.size) = (file, size) }

        @Sendable func next() async throws -> [UInt8]? {
            guard offset < size else { return nil }
            let bytes = try file.read(min(256 << 10, size - offset), at: offset)
            offset += bytes.count
            return bytes.isEmpty ? nil : bytes
        }
    }
}

extension FindingCode {
    /// `tar` could not make or read an archive of a volume.
    public static let archive = FindingCode(rawValue: "E_ARCHIVE")
}

import ClawBase
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file that is appended to, and whose appended bytes are on the disk when `append` returns.
final class AppendFile: Sendable {
    let path: String
    private let descriptor: Int32

    /// Opens or makes the file, and its directory, for this user alone.
    init(directory: String, name: String) throws(Finding) {
        let path = "\(directory)/\(name)"
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Finding(.storage, "The state directory cannot be made; check STATE_DIR and its rights.", field: directory)
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw AppendFile.failure("opened", path) }
        (self.path, self.descriptor) = (path, descriptor)
        // A new file's name is in its directory, which has to reach the disk too.
        let parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if parent >= 0 {
            fsync(parent)
            close(parent)
        }
    }

    deinit { close(descriptor) }

    func contents() throws(Finding) -> [UInt8] {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw AppendFile.failure("read", path) }
        return Array(data)
    }

    func append(_ bytes: [UInt8]) throws(Finding) {
        var left = bytes[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw AppendFile.failure("written", path)
            }
            left = left.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw AppendFile.failure("written", path) }
    }

    func truncate(to size: Int) throws(Finding) {
        guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else { throw AppendFile.failure("cut", path) }
    }

    private static func failure(_ what: String, _ path: String) -> Finding {
        Finding(.storage, "The file cannot be \(what) (\(String(cString: strerror(errno)))).", field: path)
    }
}

import ClawBase
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension FileTree {
    static func setMode(_ path: String, _ mode: Int) throws(SystemError) {
        _ = try SystemError.check("chmod", path) { chmod(path, mode_t(mode & 0o777)) }
    }

    /// The path with every symbolic link in it followed; nil where it does not exist.
    static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    /// Writes a file of mode 0600 as a whole or not at all, without waiting for the disk.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let unfinished = path + ".new"
        let file = try SystemFile.open(unfinished, .create)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        try rename(unfinished, to: path)
    }
}

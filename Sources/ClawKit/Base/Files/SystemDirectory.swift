#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open directory, whose names are looked up one at a time and never through symbolic links (`openat` and its
/// like, POSIX.1-2017): what a hostile tree is unpacked with. Closed when the last reference goes.
///
/// Each name is one part of a path, without `/`.
package final class SystemDirectory: Sendable {
    /// For errors.
    package let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    deinit { _ = close(descriptor) }

    /// - Parameter path: may lead through symbolic links.
    package static func open(_ path: String) throws(SystemError) -> SystemDirectory {
        SystemDirectory(
            path: path, descriptor: try openDescriptor("open", path, AT_FDCWD, path, O_RDONLY | O_DIRECTORY))
    }

    package func directory(_ name: String) throws(SystemError) -> SystemDirectory {
        let place = "\(path)/\(name)"
        return SystemDirectory(
            path: place,
            descriptor: try Self.openDescriptor("open", place, descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    }

    /// Makes a directory that only its owner may use.
    /// - Returns: false where something of that name is there.
    package func makeDirectory(_ name: String) throws(SystemError) -> Bool {
        if mkdirat(descriptor, name, 0o700) == 0 { return true }
        if errno == EEXIST { return false }
        throw SystemError(call: "mkdir", path: "\(path)/\(name)", number: errno)
    }

    /// Opens a file to read; does not wait for the other end of a pipe.
    package func file(_ name: String) throws(SystemError) -> SystemFile {
        let place = "\(path)/\(name)"
        return SystemFile(
            path: place,
            descriptor: try Self.openDescriptor("open", place, descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK))
    }

    /// A new file in the place of what bears its name, which may have other names and keeps its content under them.
    package func newFile(_ name: String) throws(SystemError) -> SystemFile {
        try remove(name)
        let place = "\(path)/\(name)"
        return SystemFile(
            path: place,
            descriptor: try Self.openDescriptor(
                "create", place, descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW))
    }

    /// Removes a name that is no directory's; one that is not there is no error.
    package func remove(_ name: String) throws(SystemError) {
        if unlinkat(descriptor, name, 0) != 0, errno != ENOENT {
            throw SystemError(call: "replace", path: "\(path)/\(name)", number: errno)
        }
    }

    package func makeLink(_ name: String, to target: String) throws(SystemError) {
        _ = try SystemError.check("link", "\(path)/\(name)") { symlinkat(target, descriptor, name) }
    }

    /// A second name for a file of another directory.
    package func makeHardLink(_ name: String, to other: String, in directory: SystemDirectory) throws(SystemError) {
        _ = try SystemError.check("link", "\(path)/\(name)") {
            linkat(directory.descriptor, other, descriptor, name, 0)
        }
    }

    package func target(ofLink name: String) throws(SystemError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(descriptor, name, &buffer, buffer.count)
        guard count >= 0 else { throw SystemError(call: "read the link", path: "\(path)/\(name)", number: errno) }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Of the name itself, were it a link; nil where it is not there.
    package func status(of name: String) throws(SystemError) -> FileStatus? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return FileStatus(status) }
        if errno == ENOENT { return nil }
        throw SystemError(call: "look at", path: "\(path)/\(name)", number: errno)
    }

    /// The names in it, sorted; without `.` and `..`.
    package func names() throws(SystemError) -> [String] {
        // The stream closes the descriptor it was given.
        let own = try Self.openDescriptor("list", path, descriptor, ".", O_RDONLY | O_DIRECTORY)
        guard let stream = fdopendir(own) else {
            let number = errno
            _ = close(own)
            throw SystemError(call: "list", path: path, number: number)
        }
        defer { closedir(stream) }
        return FileTree.names(in: stream).sorted()
    }

    package func setMode(_ mode: UInt16) throws(SystemError) {
        _ = try SystemError.check("set the rights of", path) { fchmod(descriptor, mode_t(mode)) }
    }

    package func setModified(_ time: Timestamp) throws(SystemError) {
        try time.set(on: descriptor, path)
    }

    /// When a link itself was made, so to say.
    package func setModified(_ time: Timestamp, ofLink name: String) throws(SystemError) {
        let times = time.asTimes
        _ = try SystemError.check("set the time of", "\(path)/\(name)") {
            utimensat(descriptor, name, times, AT_SYMLINK_NOFOLLOW)
        }
    }

    private static func openDescriptor(
        _ call: String, _ place: String, _ directory: Int32, _ name: String, _ flags: Int32
    ) throws(SystemError) -> Int32 {
        try SystemError.check(call, place) { openat(directory, name, flags | O_CLOEXEC, 0o600) }
    }
}

/// What a file system tells about a name.
package struct FileStatus: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case file, directory, symbolicLink, other }
    package var kind: Kind
    /// The permission bits, 0o7777 at most.
    package var mode: UInt16
    package var size: Int
    package var modified: Timestamp

    fileprivate init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
        mode = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
        size = Int(status.st_size)
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        modified = Timestamp(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// The path without symbolic links.
    package static func realPath(_ path: String) throws(SystemError) -> String {
        guard let real = realpath(path, nil) else { throw SystemError(call: "look at", path: path, number: errno) }
        defer { free(real) }
        return String(cString: real)
    }

    /// Links are followed; nil where nothing is there.
    package static func following(_ path: String) throws(SystemError) -> FileStatus? {
        var status = stat()
        if stat(path, &status) == 0 { return FileStatus(status) }
        if errno == ENOENT { return nil }
        throw SystemError(call: "look at", path: path, number: errno)
    }
}

extension SystemFile {
    package func setMode(_ mode: UInt16) throws(SystemError) {
        _ = try SystemError.check("set the rights of", path) { fchmod(descriptor, mode_t(mode)) }
    }

    package func setModified(_ time: Timestamp) throws(SystemError) { try time.set(on: descriptor, path) }
}

extension Timestamp {
    /// Access and modification, as `futimens` takes them.
    fileprivate var asTimes: [timespec] {
        let part = nanoseconds - seconds * 1_000_000_000
        return Array(repeating: timespec(tv_sec: Int(seconds), tv_nsec: Int(part)), count: 2)
    }

    fileprivate func set(on descriptor: Int32, _ path: String) throws(SystemError) {
        let times = asTimes
        _ = try SystemError.check("set the time of", path) { futimens(descriptor, times) }
    }
}

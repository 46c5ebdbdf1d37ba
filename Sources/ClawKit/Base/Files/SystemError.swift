#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A system call that failed, on which path.
package struct SystemError: Error, Hashable {
    package let call: String
    package let path: String
    package let number: Int32

    package init(call: String, path: String, number: Int32) {
        (self.call, self.path, self.number) = (call, path, number)
    }

    /// Runs a call until it is not interrupted, and throws where it answers -1.
    package static func check<N: SignedInteger>(
        _ call: String, _ path: String, _ body: () -> N
    ) throws(SystemError) -> N {
        while true {
            let result = body()
            if result != -1 { return result }
            let number = errno
            if number != EINTR { throw SystemError(call: call, path: path, number: number) }
        }
    }

    /// Whether the same write can succeed once somebody has made room.
    package var isFullDisk: Bool { number == ENOSPC || number == EDQUOT }
}

extension Finding {
    /// The mend a failed system call asks for.
    package init(_ error: SystemError) {
        let reason = String(cString: strerror(error.number))
        let mend =
            switch error.number {
            case ENOSPC, EDQUOT: "The disk is full; free space on it."
            case EACCES, EPERM: "User \(getuid()) may not; give it the right on this path or choose another directory."
            case EROFS: "The file system is read-only; choose another directory or mount it writable."
            case ENOTDIR, EEXIST: "A file stands where a directory is needed; move it or choose another directory."
            case ENOENT: "The path is not there; make it or choose another directory."
            case EMFILE, ENFILE: "Too many files are open; raise the limit (ulimit -n)."
            case EIO: "The disk failed; check it, and restore from a backup where it has lost data."
            default: "Check the path and its file system."
            }
        self.init(
            .storage, "Cannot \(error.call) \(error.path): \(reason). \(mend)", field: error.path,
            details: ["errno": String(error.number)])
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An open file; closed when the last reference goes.
package final class SystemFile: Sendable {
    package let path: String
    let descriptor: Int32

    init(path: String, descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    deinit {
        // A child that another thread is just starting has the descriptor until it runs its program: closing ours alone
        // would leave the lock with it.
        _ = flock(descriptor, LOCK_UN)
        _ = close(descriptor)
    }

    package enum Mode {
        case read, readWrite
        /// New or emptied.
        case create
        /// Made where it is missing, kept where it is there.
        case keepOrCreate
    }

    /// Opens close-on-exec: a child must hold neither the descriptor nor the lock on it. New files have mode 0600.
    package static func open(_ path: String, _ mode: Mode) throws(SystemError) -> SystemFile {
        let flags: Int32 =
            switch mode {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .create: O_RDWR | O_CREAT | O_TRUNC
            case .keepOrCreate: O_RDWR | O_CREAT
            }
        let descriptor = try SystemError.check("open", path) {
            #if canImport(Glibc)
                Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
            #elseif canImport(Musl)
                Musl.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
            #else
                Darwin.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
            #endif
        }
        return SystemFile(path: path, descriptor: descriptor)
    }

    package func size() throws(SystemError) -> Int {
        var status = stat()
        _ = try SystemError.check("fstat", path) { fstat(descriptor, &status) }
        return Int(status.st_size)
    }

    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = try SystemError.check("write", path) {
                pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            }
            done += count
        }
    }

    /// Reads up to `count` bytes; fewer only at the end of the file.
    package func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                do throws(SystemError) {
                    let got = try SystemError.check("read", path) {
                        pread(
                            descriptor, buffer.baseAddress! + initialized, count - initialized,
                            off_t(offset + initialized))
                    }
                    if got == 0 { return }
                    initialized += got
                } catch {
                    failure = error
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    package func truncate(to size: Int) throws(SystemError) {
        _ = try SystemError.check("truncate", path) { ftruncate(descriptor, off_t(size)) }
    }

    /// Puts the content on the disk, and of the metadata what reading it back needs.
    package func sync() throws(SystemError) {
        #if canImport(Darwin)
            // On Darwin fsync leaves bytes in the drive's cache.
            _ = try SystemError.check("sync", path) { fcntl(descriptor, F_FULLFSYNC) }
        #else
            _ = try SystemError.check("sync", path) { fdatasync(descriptor) }
        #endif
    }

    /// Takes the file's exclusive lock without waiting; false where another holds it.
    package func tryLock() throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try SystemError.check("lock", path) { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            if error.number == EWOULDBLOCK { return false }
            throw error
        }
    }

    package func unlock() throws(SystemError) {
        _ = try SystemError.check("unlock", path) { flock(descriptor, LOCK_UN) }
    }
}

/// The process's id, as lock files name their holder.
package var currentProcessID: Int32 { getpid() }

/// Directories and names.
package enum FileTree {
    /// Makes a directory and its parents with mode 0700; one that is there stays as it is.
    package static func makeDirectory(_ path: String) throws(SystemError) {
        if mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST: return
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
                throw SystemError(call: "mkdir", path: path, number: ENOENT)
            }
            try makeDirectory(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
            throw SystemError(call: "mkdir", path: path, number: errno)
        case let number: throw SystemError(call: "mkdir", path: path, number: number)
        }
    }

    package static func names(in directory: String) throws(SystemError) -> [String] {
        guard let stream = opendir(directory) else {
            throw SystemError(call: "list", path: directory, number: errno)
        }
        defer { closedir(stream) }
        return names(in: stream)
    }

    #if canImport(Darwin)
        typealias Stream = UnsafeMutablePointer<DIR>
    #else
        typealias Stream = OpaquePointer
    #endif

    static func names(in stream: Stream) -> [String] {
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    package static func rename(_ old: String, to new: String) throws(SystemError) {
        #if canImport(Glibc)
            _ = try SystemError.check("rename", new) { Glibc.rename(old, new) }
        #elseif canImport(Musl)
            _ = try SystemError.check("rename", new) { Musl.rename(old, new) }
        #else
            _ = try SystemError.check("rename", new) { Darwin.rename(old, new) }
        #endif
    }

    /// Removes a file; one that is not there is no error.
    package static func remove(_ path: String) throws(SystemError) {
        if unlink(path) != 0, errno != ENOENT { throw SystemError(call: "remove", path: path, number: errno) }
    }

    /// Makes the directory's own entries durable: a new or renamed file is else not there after a power cut.
    package static func syncDirectory(_ path: String) throws(SystemError) {
        try SystemFile.openDirectory(path).syncEntries()
    }
}

extension SystemFile {
    fileprivate static func openDirectory(_ path: String) throws(SystemError) -> SystemFile {
        try open(path, .read)
    }

    fileprivate func syncEntries() throws(SystemError) {
        _ = try SystemError.check("sync", path) { fsync(descriptor) }
    }
}

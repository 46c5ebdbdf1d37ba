import ClawBase

/// Unpacks an archive that nobody vouches for below one local path.
///
/// Nothing leaves that path: names with `..`, absolute ones and those of other trees are refused; directories are
/// entered one name at a time and never through a symbolic link, be it from the archive or there before; links are
/// made only where they lead to something inside; files are made anew, so that another name of an old one keeps its
/// content. Set-user-ID bits and owners are not taken over.
struct ArchiveTarget {
    /// Where the archive's tree begins in its members' names.
    private let prefix: [String]
    private let local: String
    private let skipsUnsafe: Bool
    private let limit: Int
    private(set) var summary = CopySummary()

    /// How many directories deep a member may lie, and how many that were left out are told.
    private static let (depthLimit, remarkLimit) = (512, 1000)

    private enum Content {
        case none
        case skipped(left: Int)
        case file(SystemFile, name: String, in: SystemDirectory, TarEntry, written: Int)
    }

    private var content = Content.none
    private var root: SystemDirectory?
    /// Directories whose rights and time are set when everything in them is there.
    private var open: [(parts: [String], entry: TarEntry)] = []

    /// - Parameters:
    ///   - local: what the member of the prefix's name becomes; its parent is there.
    ///   - skipsUnsafe: leaves links that lead outside and devices out instead of refusing the archive.
    ///   - limit: the most bytes of content.
    init(prefix: [String], local: String, skipsUnsafe: Bool, limit: Int) {
        (self.prefix, self.local, self.skipsUnsafe, self.limit) = (prefix, local, skipsUnsafe, limit)
    }

    mutating func take(_ event: TarReader.Event) throws {
        switch event {
        case .entry(let entry):
            let parts = try parts(of: entry.path)
            try close(upTo: parts)
            try begin(entry, parts)
        case .content(let bytes): try write(bytes)
        case .end: try close(upTo: nil)
        }
    }

    /// Removes what a failure left half written.
    func abandon() {
        if case .file(_, let name, let directory, _, _) = content { try? directory.remove(name) }
    }

    // MARK: names

    /// The path below the tree's beginning; empty for that itself.
    private func parts(of path: String) throws -> [String] {
        let parts = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !path.hasPrefix("/"), !parts.contains("..") else {
            throw Self.unsafe(path, "would lie outside of the target")
        }
        guard parts.count <= Self.depthLimit else { throw Self.unsafe(path.prefix(200) + "…", "lies too deep") }
        guard parts.starts(with: prefix) else { throw Self.unsafe(path, "is none that was asked for") }
        return Array(parts.dropFirst(prefix.count))
    }

    private static func unsafe(_ path: some StringProtocol, _ what: String) -> Finding {
        Finding(
            .unsafeArchive, "The member \(what); do not trust the container, or copy the part of it that you need.",
            field: String(path))
    }

    /// Whether a link in a directory so deep leads to something inside. `..` only at its beginning: behind a name
    /// that is a link itself it would climb from somewhere else.
    static func isInside(_ target: String, depth: Int) -> Bool {
        let parts = target.split(separator: "/").filter { $0 != "." }
        let climbs = parts.prefix { $0 == ".." }.count
        return !target.isEmpty && !target.hasPrefix("/") && climbs <= depth && !parts.dropFirst(climbs).contains("..")
    }

    // MARK: members

    private mutating func begin(_ entry: TarEntry, _ parts: [String]) throws {
        content = entry.size > 0 ? .skipped(left: entry.size) : .none
        guard entry.size <= limit - summary.bytes else {
            throw Finding(
                .bodyTooLarge, "The copy would be larger than the limit of \(limit) bytes; allow more or copy less.",
                field: entry.path)
        }
        switch entry.kind {
        case .directory: try beginDirectory(entry, parts)
        case .file: try beginFile(entry, parts)
        case .symbolicLink(let target):
            guard !parts.isEmpty else {
                throw Finding(
                    .unsafeArchive, "It is a symbolic link to '\(target)'; copy that instead.", field: entry.path)
            }
            guard Self.isInside(target, depth: parts.count - 1) else {
                return try leaveOut(entry, "is a symbolic link that leads outside, to '\(target)'")
            }
            let (directory, name) = (try directory(Array(parts.dropLast())), parts[parts.count - 1])
            try directory.remove(name)
            try directory.makeLink(name, to: target)
            try directory.setModified(entry.modified, ofLink: name)
        case .hardLink(let target): try link(entry, parts, to: target)
        case .other: return try leaveOut(entry, "is no file, directory or link")
        }
        summary.members += 1
    }

    private mutating func leaveOut(_ entry: TarEntry, _ what: String) throws {
        guard skipsUnsafe else { throw Self.unsafe(entry.path, what) }
        // A hostile archive must not fill the memory with them.
        if summary.remarks.count < Self.remarkLimit {
            summary.remarks.append(
                Finding(.unsafeArchive, "The member \(what) and was left out; copy it by itself.", field: entry.path))
        }
    }

    private mutating func beginDirectory(_ entry: TarEntry, _ parts: [String]) throws {
        guard let name = parts.last else {
            let isThere = try FileStatus.following(local) != nil
            _ = try rootDirectory()
            // Whoever names a directory that is there means it as it is.
            if !isThere { open.append((parts, entry)) }
            return
        }
        let parent = try directory(Array(parts.dropLast()))
        if try !parent.makeDirectory(name) { _ = try enter(name, of: parent) }
        open.append((parts, entry))
    }

    private mutating func beginFile(_ entry: TarEntry, _ parts: [String]) throws {
        let (directory, name) = try place(parts)
        content = .file(try directory.newFile(name), name: name, in: directory, entry, written: 0)
        if entry.size == 0 { try endFile() }
    }

    /// A second name for a file that is there already.
    private mutating func link(_ entry: TarEntry, _ parts: [String], to target: String) throws {
        let targetParts = try self.parts(of: target)
        guard let targetName = targetParts.last, let name = parts.last, targetParts != parts else {
            throw Self.unsafe(entry.path, "is a hard link to '\(target)', which is no other member")
        }
        let targetDirectory = try directory(Array(targetParts.dropLast()))
        guard try targetDirectory.status(of: targetName)?.kind == .file else {
            throw Self.unsafe(entry.path, "is a hard link to '\(target)', which is no file of the copy")
        }
        let directory = try directory(Array(parts.dropLast()))
        try directory.remove(name)
        try directory.makeHardLink(name, to: targetName, in: targetDirectory)
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        switch content {
        case .none: break
        case .skipped(let left): content = left > bytes.count ? .skipped(left: left - bytes.count) : .none
        case .file(let file, let name, let directory, let entry, let written):
            try bytes.withUnsafeBytes { try file.write($0, at: written) }
            summary.bytes += bytes.count
            content = .file(file, name: name, in: directory, entry, written: written + bytes.count)
            if written + bytes.count == entry.size { try endFile() }
        }
    }

    private mutating func endFile() throws {
        guard case .file(let file, _, _, let entry, _) = content else { return }
        try file.setMode(entry.mode & 0o777)
        try file.setModified(entry.modified)
        content = .none
    }

    // MARK: directories

    /// Where a member is made; the tree's beginning itself: beside what is there.
    private mutating func place(_ parts: [String]) throws -> (SystemDirectory, String) {
        if let name = parts.last { return (try directory(Array(parts.dropLast())), name) }
        if root != nil { throw Self.unsafe(local, "is a file and a directory at once") }
        if try FileStatus.following(local)?.kind == .directory {
            throw Finding(
                .alreadyExists, "A directory is there; write '\(local)/' to copy the file into it.", field: local)
        }
        let (parent, name) = LocalPath.split(local)
        return (try SystemDirectory.open(parent), name)
    }

    private mutating func rootDirectory() throws -> SystemDirectory {
        if let root { return root }
        let (parent, name) = LocalPath.split(local)
        if try FileStatus.following(local) == nil { _ = try SystemDirectory.open(parent).makeDirectory(name) }
        let opened = try SystemDirectory.open(local)
        root = opened
        return opened
    }

    /// The directory of that path, made where it is missing.
    private mutating func directory(_ parts: [String]) throws -> SystemDirectory {
        var directory = try rootDirectory()
        for name in parts {
            if try directory.makeDirectory(name) {
                directory = try directory.directory(name)
                // Its own member, should it come later, says better.
                try directory.setMode(0o755)
            } else {
                directory = try enter(name, of: directory)
            }
        }
        return directory
    }

    private func enter(_ name: String, of directory: SystemDirectory) throws -> SystemDirectory {
        if try directory.status(of: name)?.kind == .symbolicLink {
            throw Finding(
                .unsafeArchive,
                "A symbolic link is there, and nothing is copied through it; remove it or choose another target.",
                field: "\(directory.path)/\(name)")
        }
        return try directory.directory(name)
    }

    /// Finishes the directories that the next member does not lie in; all, without one.
    private mutating func close(upTo parts: [String]?) throws {
        while let last = open.last, parts.map({ !($0.count > last.parts.count && $0.starts(with: last.parts)) }) ?? true
        {
            open.removeLast()
            var directory = try rootDirectory()
            for name in last.parts { directory = try enter(name, of: directory) }
            try directory.setMode(last.entry.mode & 0o777)
            try directory.setModified(last.entry.modified)
        }
    }
}

/// Paths of this machine.
enum LocalPath {
    /// The directory and the name in it.
    static func split(_ path: String) -> (parent: String, name: String) {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
        let parent = path[..<slash]
        return (parent.isEmpty ? "/" : String(parent), String(path[path.index(after: slash)...]))
    }
}

/// A journal's files: `<name>.lock`, `<name>.<generation>.log`, `<name>.<generation>.snapshot`.
///
/// Log G holds what came after snapshot G; snapshot 1 does not exist (it would be empty). A compaction starts log
/// G+1 first, then puts snapshot G+1 in place, then removes what it replaces: at each moment the newest snapshot
/// and the logs from its generation on are the whole state.
struct JournalDirectory: Sendable {
    let path: String
    let name: String

    func lockPath() -> String { "\(path)/\(name).lock" }
    func log(_ generation: UInt64) -> String { file(generation, ".log") }
    func snapshot(_ generation: UInt64) -> String { file(generation, ".snapshot") }
    func unfinishedSnapshot(_ generation: UInt64) -> String { file(generation, ".snapshot.new") }

    private func file(_ generation: UInt64, _ suffix: String) -> String {
        let digits = String(generation)
        return "\(path)/\(name).\(String(repeating: "0", count: max(0, 12 - digits.count)))\(digits)\(suffix)"
    }

    struct Contents {
        /// Ascending.
        var logs: [UInt64] = []
        var snapshots: [UInt64] = []
        /// Snapshots that a crash left unfinished.
        var unfinished: [UInt64] = []
    }

    func contents() throws(SystemError) -> Contents {
        var contents = Contents()
        for file in try FileTree.names(in: path) where file.hasPrefix(name + ".") {
            let parts = file.dropFirst(name.utf8.count + 1).split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let generation = UInt64(parts[0]) else { continue }
            switch parts[1] {
            case "log": contents.logs.append(generation)
            case "snapshot": contents.snapshots.append(generation)
            case "snapshot.new": contents.unfinished.append(generation)
            default: continue
            }
        }
        contents.logs.sort()
        contents.snapshots.sort()
        return contents
    }

    /// Makes the directory and takes the journal's lock, which is held as long as the returned file is.
    /// - Throws: ``SystemError``, or a ``Finding`` that names the holder.
    func lock() throws -> SystemFile {
        try FileTree.makeDirectory(path)
        let file = try SystemFile.open(lockPath(), .keepOrCreate)
        guard try file.tryLock() else {
            let text = String(decoding: try file.read(min(file.size(), 32), at: 0), as: UTF8.self)
            let holder = String(text.prefix { $0.isNumber })
            throw Finding(
                .storage,
                "\(path) is in use by process \(holder.isEmpty ? "unknown" : holder) as journal '\(name)'; stop that "
                    + "process, or choose another directory.",
                field: lockPath(), details: ["holder": holder])
        }
        try file.truncate(to: 0)
        try Array("\(currentProcessID)\n".utf8).withUnsafeBytes { try file.write($0, at: 0) }
        return file
    }
}

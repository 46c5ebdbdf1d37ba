import ClawBase
import FoundationEssentials

/// The archives that a node keeps, each with its record. They outlive pods and the node's own runs.
struct CheckpointDirectory: Sendable {
    let path: String
    /// How many archives may be kept.
    let limit: Int

    func archive(_ name: String) -> String { "\(path)/\(name)" }
    private func recordPath(_ name: String) -> String { "\(path)/\(name).json" }
    /// Where an archive is put together or taken apart; removed afterwards, and at the node's start.
    func scratch(_ name: String) -> String { "\(path)/.\(name)" }

    /// Removes what an earlier life of the node left unfinished.
    func prepare() throws {
        try FileTree.makeDirectory(path)
        let names = try FileTree.names(in: path)
        for name in names where name.hasPrefix(".") { try? NodeDirectories.removeTree("\(path)/\(name)") }
        let known = Set(names)
        for name in names where Self.isArchive(name) && !known.contains("\(name).json") {
            try? FileTree.remove(archive(name))
        }
    }

    func names() -> [String] {
        ((try? FileTree.names(in: path)) ?? []).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(".json".count)) }.filter(Self.isArchive).sorted()
    }

    /// What somebody calls an archive: its name, or the path that the checkpoint API answered.
    /// - Throws: ``Finding`` where there is no such archive, or none that may be read.
    func record(_ text: String) throws(Finding) -> CheckpointRecord {
        let name = text.hasPrefix("\(path)/") ? String(text.dropFirst(path.count + 1)) : text
        guard Self.isArchive(name), let bytes = FileManager.default.contents(atPath: recordPath(name)) else {
            throw Finding(.checkpointMissing, "There is no checkpoint \(name.prefix(300)) on this node.")
        }
        guard let record = try? CheckpointRecord(bytes: Array(bytes)), record.name == name else {
            throw Finding(.checkpointDamaged, "The record of the checkpoint \(name) cannot be read; start anew.")
        }
        return record
    }

    func record(ofRequest id: String) -> CheckpointRecord? {
        names().lazy.compactMap { try? record($0) }.first { $0.request == id }
    }

    /// The archive is there from now on.
    func commit(_ record: CheckpointRecord) throws {
        try FileTree.replace(recordPath(record.name), with: try record.bytes())
    }

    func remove(_ name: String) throws {
        guard Self.isArchive(name) else { return }
        // The record first: what has none is unfinished, and goes with the node's next start.
        try FileTree.remove(recordPath(name))
        try FileTree.remove(archive(name))
    }

    /// A name and no path.
    static func isArchive(_ name: String) -> Bool {
        name.hasPrefix("checkpoint-") && (name.hasSuffix(".tar") || name.hasSuffix(sealedSuffix))
            && name.utf8.count <= 240
            && !name.contains("/") && !name.utf8.contains(0)
    }

    static let sealedSuffix = ".tar.sealed"
}

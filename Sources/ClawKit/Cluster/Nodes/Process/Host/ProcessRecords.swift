import ClawBase
import ClawDocuments
import FoundationEssentials
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Which processes the node has started, on disk, so that a next life of it can end those that a crash left behind.
///
/// A record is written before anybody is told that the process runs, and removed after its end. Beside the records
/// each process carries a variable that names the node and the container: it finds what left its session, and what
/// was started in the instant before its record was written.
struct ProcessRecords: Sendable {
    struct Record: Sendable, Equatable {
        var pid: Int32
        var startTicks: UInt64
        var bootID: String
        var podUID: String
        var container: String
        var log: String
    }

    /// `<node's id>/<pod uid>/<container>/<attempt>` in every container's environment.
    static let marker = "CLAW_CONTAINER"

    let directory: String
    /// Tells this root directory's node from others on the machine.
    let nodeID: String
    private let bootID = ProcessTable.bootID()

    init(_ directories: NodeDirectories) throws {
        directory = directories.processes
        try FileTree.makeDirectory(directory)
        let path = directories.node + "/id"
        if let bytes = FileManager.default.contents(atPath: path), bytes.count == 36 {
            nodeID = String(decoding: bytes, as: UTF8.self)
        } else {
            nodeID = UUID().uuidString.lowercased()
            try PrivateFile.write(Array(nodeID.utf8), to: path)
        }
    }

    func marker(podUID: String, container: String, attempt: Int) -> String {
        "\(nodeID)/\(podUID)/\(container)/\(attempt)"
    }

    private func path(_ podUID: String, _ container: String) -> String { "\(directory)/\(podUID)_\(container).json" }

    func write(_ handle: ProcessHandle, podUID: String, container: String, log: String) throws {
        let document: JSON = [
            "pid": .integer(Int64(handle.pid)), "startTicks": .string(String(handle.startTicks)),
            "bootID": .string(bootID),
            "podUID": .string(podUID), "container": .string(container), "log": .string(log),
        ]
        // Not flushed to the disk: the record matters after a crash of the node, not of the machine.
        try FileTree.replace(path(podUID, container), with: document.bytes())
    }

    func remove(podUID: String, container: String) { try? FileTree.remove(path(podUID, container)) }

    func all() -> [Record] {
        ((try? FileTree.names(in: directory)) ?? []).filter { $0.hasSuffix(".json") }.compactMap { name in
            guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(name)"),
                let json = try? JSONParser.parse(Array(bytes)),
                let pid = json["pid"]?.integer.flatMap({ Int32(exactly: $0) }),
                let start = json["startTicks"]?.string.flatMap(UInt64.init), pid > 1
            else { return nil }
            return Record(
                pid: pid, startTicks: start, bootID: json["bootID"]?.string ?? "", podUID: json["podUID"]?.string ?? "",
                container: json["container"]?.string ?? "", log: json["log"]?.string ?? "")
        }
    }

    /// Which processes of an earlier life are still there. Pure in what it is given.
    /// - Parameter marked: those whose environment carries this node's marker.
    static func leftOvers(of records: [Record], bootID: String, table: [ProcessTable.Entry], marked: Set<Int32>)
        -> [ProcessTable.Entry]
    {
        let leaders = Dictionary(table.map { ($0.pid, $0) }) { first, _ in first }
        let sessions = Set(
            records.filter { record in
                guard record.bootID == bootID else { return false }
                // A session's number is not given away while it has members. A live leader with another start time
                // therefore means that ours is long gone; no leader, that only its children are left, which are told
                // by their marker.
                return leaders[record.pid]?.startTicks == record.startTicks
            }.map(\.pid))
        return table.filter { !$0.isZombie && $0.pid > 1 && (sessions.contains($0.session) || marked.contains($0.pid)) }
    }

    /// Ends what an earlier life of this node left behind: SIGTERM, and SIGKILL after `grace`.
    /// Returns how many processes there were.
    func endLeftOvers(grace: Duration, time: some TimeSource) async -> Int {
        let records = all()
        var found = present(records)
        let count = found.count
        let deadline = time.now + grace
        for process in found { _ = kill(process.pid, SIGTERM) }
        var pause = Duration.milliseconds(5)
        // A process that even SIGKILL does not end hangs in the kernel; the node cannot wait for that for ever.
        while !found.isEmpty, time.now < deadline + .seconds(5), !Task.isCancelled {
            if time.now >= deadline { for process in found { _ = kill(process.pid, SIGKILL) } }
            // Other parents' children cannot be waited for, only looked at.
            try? await time.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(100))
            found = present(records)
        }
        for record in records { remove(podUID: record.podUID, container: record.container) }
        return count
    }

    /// Ends what left its container's session and outlived it: daemons that went their own way.
    func endStrays(_ marker: String) {
        for process in ProcessTable.all()
        where !process.isZombie && ProcessTable.variable(Self.marker, of: process.pid) == marker {
            _ = kill(process.pid, SIGKILL)
        }
    }

    private func present(_ records: [Record]) -> [ProcessTable.Entry] {
        let table = ProcessTable.all()
        let prefix = nodeID + "/"
        let marked = table.filter { ProcessTable.variable(Self.marker, of: $0.pid)?.hasPrefix(prefix) ?? false }.map(
            \.pid)
        return Self.leftOvers(of: records, bootID: bootID, table: table, marked: Set(marked))
    }
}

import ClawBase
import ClawModels
import FoundationEssentials

/// Where a node keeps what on disk; all paths absolute.
struct NodeDirectories: Sendable {
    let root: String

    init(root: String) {
        let isAbsolute = root.hasPrefix("/")
        let path = isAbsolute ? root : FileManager.default.currentDirectoryPath + "/" + root
        self.root = Self.normalized(path)
    }

    var volumes: String { root + "/volumes" }
    var logs: String { root + "/logs" }
    var checkpoints: String { root + "/checkpoints" }
    var node: String { root + "/node" }
    var processes: String { node + "/processes" }
    var pods: String { node + "/pods" }

    /// What the node keeps for a pod as long as it exists: its small volumes and working directories.
    func pod(_ uid: String) -> String { "\(pods)/\(uid)" }
    func podVolume(_ uid: String, _ name: String) -> String { "\(pod(uid))/volumes/\(name)" }
    func workingDirectory(_ uid: String, _ container: String) -> String { "\(pod(uid))/work/\(container)" }
    func podLogs(_ pod: Pod) -> String { "\(logs)/\(pod.namespace ?? "default")_\(pod.name)_\(pod.uid ?? "")" }

    /// Removes `.`, `..` and doubled slashes from an absolute path, without looking at the disk.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Removes a directory with all it holds; symbolic links in it are removed, never followed.
    static func removeTree(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}

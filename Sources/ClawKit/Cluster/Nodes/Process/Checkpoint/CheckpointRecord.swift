import ClawBase
import Crypto
import FoundationEssentials

/// What the node knows of one archive: what it was made of, what a restore of it needs, and how to tell damage.
///
/// Kept beside the archive, written last: an archive without a record is unfinished.
struct CheckpointRecord: Codable, Sendable, Equatable {
    /// What must be the same, or better, where the archive is restored.
    struct Constraints: Codable, Sendable, Equatable {
        /// `uname -r`.
        var kernel: String
        var architecture: String
        var criu: String
        /// Of the processor; it must have at least these.
        var features: [String]
        /// The root directory's node: the process' memory holds paths of it.
        var nodeID: String
    }

    /// How the container was declared, for a restore to see that nothing changed. Values only as digests.
    struct Declaration: Codable, Sendable, Equatable {
        var image: String
        var command: String
        var environment: String
    }

    /// What of the container is in the archive.
    enum Method: String, Codable, Sendable {
        /// Its processes, and its files.
        case process = "Process"
        /// Its files only: what it has written over its image, as a layer of it.
        case image = "Image"
    }

    /// nil, as of old: ``Method/process``.
    var method: Method?
    /// Why it is no better one, where a better one was tried.
    var code: String?
    var reason: String?

    /// `checkpoint-POD_NAMESPACE-CONTAINER-TIME.tar`, `….tar.sealed` where it is encrypted.
    var name: String
    var namespace: String
    var pod: String
    var podUID: String
    var container: String
    /// RFC 3339.
    var createdAt: String
    var constraints: Constraints
    var declaration: Declaration
    /// The marker in the process' environment (``ProcessRecords/marker``).
    var marker: String
    /// Port key → port.
    var ports: [String: Int]
    /// All processes' and threads' numbers: they come back with the same ones.
    var processes: [Int32]
    /// `pipe:[N]` by descriptor: what the node holds the other end of.
    var pipes: [Int32: String]
    /// The uids of pods whose directories the process knows by path, this one's last.
    var directories: [String]
    /// Of the pod's own volumes.
    var volumes: [String]
    /// The Secret of the namespace whose `key` opens the archive; nil: it is not encrypted.
    var secret: String?
    /// What whoever asked calls the request: asked again, the same archive is the answer.
    var request: String?
    /// Of the archive as stored, in bytes.
    var size = 0
    /// `sha256:` and the digest of the archive as stored.
    var digest = ""
    /// How long the process stood still, and how long everything took.
    var frozenMilliseconds: Double?
    var milliseconds: Double?

    func bytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Array(try encoder.encode(self))
    }

    init(bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }
}

extension CheckpointRecord {
    init(
        name: String, namespace: String, pod: String, podUID: String, container: String, createdAt: String,
        constraints: Constraints, declaration: Declaration, marker: String, ports: [String: Int],
        processes: [Int32], pipes: [Int32: String], directories: [String], volumes: [String], secret: String?
    ) {
        (self.name, self.namespace, self.pod, self.podUID) = (name, namespace, pod, podUID)
        (self.container, self.createdAt, self.constraints) = (container, createdAt, constraints)
        (self.declaration, self.marker, self.ports) = (declaration, marker, ports)
        (self.processes, self.pipes, self.directories) = (processes, pipes, directories)
        (self.volumes, self.secret) = (volumes, secret)
    }
}

extension CheckpointRecord.Constraints {
    /// - Throws: ``Finding`` naming the first that is not met here.
    func check(against here: Self) throws(Finding) {
        try same("node", nodeID, here.nodeID)
        try same("architecture", architecture, here.architecture)
        try same("kernel", kernel, here.kernel)
        guard !Self.isOlder(here.criu, than: criu) else {
            throw Self.differs("criu", "was made with CRIU \(criu), and this is \(here.criu)")
        }
        let missing = Set(features).subtracting(here.features)
        guard missing.isEmpty else {
            throw Self.differs("cpu", "needs a processor with \(missing.sorted().prefix(5).joined(separator: ", "))")
        }
    }

    private func same(_ what: String, _ theirs: String, _ ours: String) throws(Finding) {
        guard theirs == ours else { throw Self.differs(what, "was made with \(what) \(theirs), and this is \(ours)") }
    }

    private static func differs(_ what: String, _ how: String) -> Finding {
        Finding(
            .checkpointConstraint, "The archive \(how); restore it where it was made, or start anew.",
            details: ["constraint": what])
    }

    /// By the numbers between dots.
    static func isOlder(_ version: String, than other: String) -> Bool {
        func numbers(_ text: String) -> [Int] { text.split(separator: ".").map { Int($0) ?? 0 } }
        return numbers(version).lexicographicallyPrecedes(numbers(other))
    }
}

extension CheckpointRecord.Declaration {
    /// What differs between one pod and its successor by nature is left out: the node's marker, the host's name, and
    /// the pod's own directory in paths.
    init(_ spec: ProcessSpec, image: String, podDirectory: String) {
        func neutral(_ text: String) -> String { text.replacing(podDirectory, with: "<pod>") }
        func digest(_ parts: [String]) -> String {
            var hash = SHA256()
            for part in parts { hash.update(data: Array(part.utf8) + [0]) }
            return Hex.encode(hash.finalize())
        }
        self.image = image
        command = digest(([spec.executable, spec.workingDirectory] + spec.arguments).map(neutral))
        environment = digest(
            spec.environment.filter { $0.key != ProcessRecords.marker && $0.key != "HOSTNAME" }
                .map { neutral("\($0.key)=\($0.value)") }.sorted())
    }

    /// - Throws: ``Finding`` naming what is declared otherwise now.
    func check(against now: Self) throws(Finding) {
        for (what, then, now) in [
            ("image", image, now.image), ("command", command, now.command),
            ("environment", environment, now.environment),
        ] where then != now {
            throw Finding(
                .checkpointChanged,
                "The container's \(what) is another than when it was checkpointed; it must start anew to have it.",
                details: ["changed": what])
        }
    }
}

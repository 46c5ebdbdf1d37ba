import ClawBase
import ClawKubernetes
import ClawModels
import FoundationEssentials

/// A restore that nothing is known to stand against: unpacked, and its files in place.
struct RestorePlan: Sendable {
    var record: CheckpointRecord
    /// nil: there are files only, and the program starts anew on them.
    var criu: CRIU?
    var begin: Timestamp
    /// What was unpacked, without the files that were put in place.
    var scratch: String
    var images: String { "\(scratch)/criu" }
    /// Directories that were put in place, and where what was there before waits.
    fileprivate var moved: [(target: String, before: String?)] = []
    fileprivate(set) var aliases: [String] = []
    fileprivate var log: String?
}

extension NodeCheckpoints {
    /// What the pod asks for the container of that name; nil where nothing.
    func request(for container: String, of pod: Pod) -> PodRestore.Request? {
        let requests = PodRestore.requests(of: pod)
        // One for a container that is not there belongs to the first, which is told that it is missing.
        return requests.first { (try? archives.record($0.checkpoint))?.container == container }
            ?? requests.first { request in
                (try? archives.record(request.checkpoint)) == nil && container == pod.spec?.containers.first?.name
            }
    }

    /// The ports that processes to be restored listen on.
    func ports(wantedBy pod: Pod) -> [String: Int] {
        PodRestore.requests(of: pod).compactMap { try? archives.record($0.checkpoint) }
            .filter { $0.namespace == pod.namespace }.reduce(into: [:]) { $0.merge($1.ports) { $1 } }
    }

    /// Checks everything that can be checked, unpacks the archive and puts its files in place.
    /// - Parameter log: where the container's log will be.
    /// - Throws: ``Finding``: why the container must be started anew. Nothing is changed then.
    func prepare(
        _ request: PodRestore.Request, container: Container, of pod: Pod, _ spec: ProcessSpec, _ sandbox: PodSandbox,
        log: String
    ) async throws -> RestorePlan {
        let begin = time.now
        let record = try archives.record(request.checkpoint)
        guard record.namespace == pod.namespace else {
            // Other namespaces' memory is nobody's business, nor that there is an archive of it.
            throw Finding(.checkpointMissing, "There is no checkpoint \(record.name) on this node.")
        }
        guard request.digest == nil || request.digest == record.digest else {
            throw Finding(
                .checkpointDamaged, "The archive \(record.name) has another digest than was asked for; start anew.")
        }
        let uid = pod.uid ?? ""
        guard record.method != .image else {
            let scratch = archives.scratch("restoring-\(uid)-\(container.name)")
            return try await files(RestorePlan(record: record, begin: begin, scratch: scratch), container, of: pod, log)
        }
        let criu = try await criu()
        try record.constraints.check(against: constraints(criu))
        // First, because ports are part of the environment too and this tells more.
        for (key, port) in record.ports.sorted(by: { $0.key < $1.key }) where sandbox.ports[key] != port {
            throw Finding(
                .checkpointBusy, "The process listens on port \(port), which is in use or not declared any more.",
                details: ["port": "\(port)"])
        }
        try record.declaration.check(
            against: .init(spec, image: container.image ?? "", podDirectory: directories.pod(uid)))
        try checkNumbers(record)
        let plan = RestorePlan(
            record: record, criu: criu, begin: begin, scratch: archives.scratch("restoring-\(uid)-\(container.name)"))
        return try await unpack(plan, of: pod, log)
    }

    /// Files need nothing of the machine; only the image that they lie over must be the same.
    private func files(
        _ plan: RestorePlan, _ container: Container, of pod: Pod, _ log: String
    ) async throws -> RestorePlan {
        guard plan.record.declaration.image == container.image ?? "" else {
            throw Finding(
                .checkpointChanged,
                "The container's image is another than when it was checkpointed; its files belong to that.",
                details: ["changed": "image"])
        }
        return try await unpack(plan, of: pod, log)
    }

    private func unpack(_ plan: RestorePlan, of pod: Pod, _ log: String) async throws -> RestorePlan {
        var plan = plan
        let (record, uid) = (plan.record, pod.uid ?? "")
        let key: CheckpointKey? =
            if let name = record.secret {
                try await CheckpointKey(name, PodSources(api: api, namespace: record.namespace))
            } else { nil }
        do {
            try? NodeDirectories.removeTree(plan.scratch)
            try CheckpointArchive.read(archives.archive(record.name), into: plan.scratch, record: record, key: key)
            try place(&plan, uid: uid, log: log)
            if pod.annotations[PodRestore.onceAnnotation] == "true" { try archives.remove(record.name) }
        } catch {
            undo(plan, uid: uid)
            throw error
        }
        return plan
    }

    private func checkNumbers(_ record: CheckpointRecord) throws(Finding) {
        guard !isInUse(record.marker) else {
            throw Finding(
                .checkpointBusy, "The process that was checkpointed still runs, or is restored already; end it first.")
        }
        for number in record.processes where ProcessTable.exists(number) {
            throw Finding(
                .checkpointBusy, "The process number \(number), which it must have, is another process' now.",
                details: ["process": "\(number)"])
        }
    }

    /// Puts files where the process has them open, and makes the paths that it knows lead there.
    private func place(_ plan: inout RestorePlan, uid: String, log: String) throws {
        let record = plan.record
        var moves = [("\(plan.scratch)/work", directories.workingDirectory(uid, record.container))]
        moves += record.volumes.map { ("\(plan.scratch)/volumes/\($0)", directories.podVolume(uid, $0)) }
        for (source, target) in moves where FileManager.default.fileExists(atPath: source) {
            if let slash = target.lastIndex(of: "/") { try FileTree.makeDirectory(String(target[..<slash])) }
            // In place of the one that the pod was prepared with, whatever is in it by now.
            var before: String?
            if FileManager.default.fileExists(atPath: target) {
                let aside = "\(plan.scratch)/before-\(plan.moved.count)"
                try FileTree.rename(target, to: aside)
                before = aside
            }
            plan.moved.append((target, before))
            try FileTree.rename(source, to: target)
        }
        // No path is known to a program that starts anew.
        for old in record.directories where old != uid && plan.criu != nil {
            let path = directories.pod(old)
            if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil { try FileTree.remove(path) }
            guard !FileManager.default.fileExists(atPath: path) else {
                throw Finding(
                    .checkpointBusy,
                    "The directory of the pod that was checkpointed is still there; end that pod first.")
            }
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: directories.pod(uid))
            plan.aliases.append(old)
        }
        let earlier = "\(plan.scratch)/container.log"
        if FileManager.default.fileExists(atPath: earlier), !FileManager.default.fileExists(atPath: log) {
            if let slash = log.lastIndex(of: "/") { try FileTree.makeDirectory(String(log[..<slash])) }
            try FileTree.rename(earlier, to: log)
            plan.log = log
        }
    }

    /// As it was before: for a start from nothing.
    func undo(_ plan: RestorePlan, uid: String) {
        for alias in plan.aliases { try? FileTree.remove(directories.pod(alias)) }
        for (target, before) in plan.moved {
            try? NodeDirectories.removeTree(target)
            if let before { try? FileTree.rename(before, to: target) } else { try? FileTree.makeDirectory(target) }
        }
        if let log = plan.log { try? FileTree.remove(log) }
        finish(plan)
    }

    /// The images are of no use any more once the process runs.
    func finish(_ plan: RestorePlan) { try? NodeDirectories.removeTree(plan.scratch) }
}

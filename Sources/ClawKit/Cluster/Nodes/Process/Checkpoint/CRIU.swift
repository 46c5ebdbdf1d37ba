import ClawBase
import FoundationEssentials
import Subprocess
import Synchronization
import SystemPackage

/// CRIU (<https://criu.org>), which writes running processes to files and brings them back. Needs Linux and root, or
/// `CAP_CHECKPOINT_RESTORE` and what else the processes use.
///
/// Established TCP connections are not kept (`--tcp-close`): the other side has gone on meanwhile, and what comes
/// back finds them closed, as after a network failure. Listening sockets listen again.
struct CRIU: Sendable, Equatable {
    let path: String
    let version: String

    /// Everything restored gets the program's own control groups, network and terminals: containers of a process node
    /// share the host's.
    private static let common = ["--tcp-close", "--file-locks", "--manage-cgroups=ignore", "-v1"]
    /// Deleted files that are still open go into the archive up to this size, in bytes.
    private static let ghostLimit = 64 << 20
    private static let checkDeadline = Duration.seconds(20)

    // MARK: finding it

    /// Looks for the program, and asks it whether it can work here.
    /// - Throws: ``Finding`` with ``FindingCode/checkpointUnsupported`` and what to do.
    static func find(_ configured: String?, searchPath: String?) async throws(Finding) -> CRIU {
        #if os(Linux)
        let places = (searchPath ?? "").split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin"]
        let candidates = configured.map { [$0] } ?? places.map { "\($0)/criu" }
        guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw Finding(
                .checkpointUnsupported,
                "CRIU is not installed on this node; install it (Scripts/setup-criu.sh does) to checkpoint processes."
            )
        }
        let (_, text) = try await run(path, ["--version"], in: "/", deadline: checkDeadline)
        // `Version: 4.2.1`
        guard
            let version = text.split(whereSeparator: \.isNewline).first(where: { $0.hasPrefix("Version:") })?
                .dropFirst("Version:".count).filter({ $0 != " " })
        else {
            throw Finding(.checkpointUnsupported, "\(path) does not tell its version; install CRIU 3.18 or newer.")
        }
        let (exit, words) = try await run(path, ["check"], in: "/", deadline: checkDeadline)
        guard exit.code == 0 else {
            throw Finding(
                .checkpointUnsupported,
                "CRIU \(version) cannot work here (\(lastErrors(words))); run the node as root, or use another kernel or CRIU."
            )
        }
        return CRIU(path: path, version: String(version))
        #else
        throw Finding(.checkpointUnsupported, "Processes can be checkpointed on Linux only; use volumes here.")
        #endif
    }

    // MARK: dump and restore

    /// Writes the process and its descendants to the directory and leaves them stopped.
    func dump(_ pid: Int32, into directory: String, deadline: Duration) async throws(Finding) {
        try await call(
            [
                "dump", "--tree", String(pid), "--leave-stopped", "--skip-in-flight", "--ghost-limit",
                String(Self.ghostLimit),
            ],
            directory, log: "dump.log", deadline: deadline, code: .checkpointFailed)
    }

    /// What restores as children of the caller, with the given descriptors for what was the node's end of a pipe.
    func restoreArguments(_ directory: String, pidFile: String, pipes: [Int32: String]) -> [String] {
        ["restore", "--images-dir", directory, "--log-file", "restore.log"] + Self.common
            + ["--restore-detached", "--restore-sibling", "--pidfile", pidFile]
            + pipes.sorted { $0.key < $1.key }.flatMap { ["--inherit-fd", "fd[\($0.key)]:\($0.value)"] }
    }

    /// The last errors in a log of CRIU's, which is where the reason stands.
    static func lastErrors(_ log: String) -> String {
        let lines = log.split(whereSeparator: \.isNewline)
        let errors = lines.filter { $0.contains("Error (") && !$0.contains("rlimit: Can't setup") }
        let words = (errors.isEmpty ? lines : errors).suffix(2).map { line in
            // `Error (criu/file.c:12): what`: the place in its source tells nobody here anything.
            line.firstRange(of: "): ").map { String(line[$0.upperBound...]) } ?? String(line)
        }
        return words.isEmpty ? "it said nothing" : String(words.joined(separator: "; ").prefix(400))
    }

    private func call(
        _ action: [String], _ directory: String, log: String, deadline: Duration, code: FindingCode
    ) async throws(Finding) {
        let arguments = action + ["--images-dir", directory, "--log-file", log] + Self.common
        let (exit, _) = try await Self.run(path, arguments, in: directory, deadline: deadline)
        guard exit.code == 0 else {
            let text = FileManager.default.contents(atPath: "\(directory)/\(log)").map {
                String(decoding: $0, as: UTF8.self)
            }
            throw Finding(code, "CRIU could not \(action[0]) the process: \(Self.lastErrors(text ?? ""))")
        }
    }

    private static let outputLimit = 64 << 10

    /// Runs the program to its end, or kills it at the deadline.
    private static func run(
        _ path: String, _ arguments: [String], in directory: String, deadline: Duration
    ) async throws(Finding) -> (ContainerExit, String) {
        let spec = ProcessSpec(
            executable: path, arguments: ["criu"] + arguments, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"],
            workingDirectory: directory)
        let output = Output()
        let result: Result<ContainerExit, Finding> = await withTaskGroup(of: Result<ContainerExit, Finding>?.self) {
            group in
            let handles = Mailbox<ProcessHandle>()
            group.addTask {
                do throws(ProcessStartError) {
                    let exit = try await ProcessRunner.run(spec) { bytes, _ in
                        output.bytes.withLock { $0 += bytes.prefix(max(0, outputLimit - $0.count)) }
                    } onStart: {
                        handles.post($0)
                    }
                    return .success(exit)
                } catch {
                    return .failure(Finding(.checkpointUnsupported, "CRIU could not be started: \(error.message)"))
                }
            }
            group.addTask {
                let time = SystemTime()
                guard let handle = await handles.next(time) else { return nil }
                guard (try? await time.sleep(for: deadline)) != nil else { return nil }
                handle.signalGroup(.kill)
                return .failure(
                    Finding(.checkpointFailed, "CRIU did not end within \(deadline.inSeconds) s; allow it more time."))
            }
            var result: Result<ContainerExit, Finding>?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            return result ?? .success(.signaled(9))
        }
        return (try result.get(), String(decoding: output.bytes.withLock { $0 }, as: UTF8.self))
    }

    private final class Output: Sendable { let bytes = Mutex<[UInt8]>([]) }
}

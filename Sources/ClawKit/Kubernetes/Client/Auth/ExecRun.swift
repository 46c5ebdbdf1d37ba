import ClawBase
import ClawDocuments
import FoundationEssentials
import Subprocess
import SystemPackage

/// One run of an exec plugin: a process of its own session, no standard input, a deadline, no thread that waits.
struct ExecRun {
    let plugin: ExecPlugin
    let inherited: [String: String]
    let time: any TimeSource

    private static let outputLimit = 1 << 20

    /// - Throws: ``Finding`` with ``FindingCode/credentials``, with what the plugin wrote to its standard error.
    func credential() async throws -> Credential {
        let path = try executable()
        let ended: Ended
        do {
            ended = try await time.withDeadline(plugin.deadline, "The credential plugin \(plugin.command)") {
                try await run(path)
            }
        } catch let finding as Finding where finding.code == .deadline {
            throw failure("it did not end within \(plugin.deadline.inSeconds) s and was stopped", stderr: nil)
        }
        guard ended.status == .exited(0) else {
            let how =
                switch ended.status {
                case .exited(let code): "it ended with code \(code)"
                case .signaled(let signal): "it was ended by signal \(signal)"
                }
            throw failure(how, stderr: ended.stderr)
        }
        do {
            return try ExecAnswer(ended.output, version: plugin.version).credential
        } catch {
            throw failure(error.message, stderr: ended.stderr)
        }
    }

    // MARK: the process

    private struct Ended: Sendable {
        var status: TerminationStatus
        var output: [UInt8]
        var stderr: Tail
    }

    private func run(_ path: String) async throws -> Ended {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        do {
            let result = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(plugin.arguments), environment: .custom(environment()),
                platformOptions: options, input: .none, output: .sequence, error: .sequence
            ) { execution in
                let (output, errors) = (execution.standardOutput, execution.standardError)
                return try await withThrowingTaskGroup(of: Tail?.self) { group in
                    group.addTask {
                        var tail = Tail()
                        for try await chunk in errors { tail.append(chunk.withUnsafeBytes { Array($0) }) }
                        return tail
                    }
                    var bytes: [UInt8] = []
                    for try await chunk in output {
                        bytes += chunk.withUnsafeBytes { Array($0) }
                        guard bytes.count <= Self.outputLimit else {
                            throw failure("its answer is larger than 1 MiB", stderr: nil)
                        }
                    }
                    return (bytes, try await group.next().flatMap { $0 } ?? Tail())
                }
            }
            return Ended(status: result.terminationStatus, output: result.closureResult.0, stderr: result.closureResult.1)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            // The library's own text may hold the arguments.
            throw failure("it cannot be started\(error.underlyingError.map { " (\($0))" } ?? "")", stderr: nil)
        }
    }

    private func environment() -> [Environment.Key: String] {
        var all = inherited.merging(plugin.environment.mapValues { $0.reveal() }) { _, own in own }
        all["KUBERNETES_EXEC_INFO"] = String(decoding: plugin.request.bytes(), as: UTF8.self)
        return Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(rawValue: $0.key)!, $0.value) })
    }

    private func executable() throws -> String {
        if plugin.command.contains("/") {
            guard FileManager.default.isExecutableFile(atPath: plugin.command) else { throw notFound() }
            return plugin.command
        }
        let path = plugin.environment["PATH"]?.reveal() ?? inherited["PATH"] ?? ""
        // Empty parts would mean the working directory, where anybody may have put a program of that name.
        for folder in path.split(separator: ":") where folder.hasPrefix("/") {
            let candidate = "\(folder)/\(plugin.command)"
            var isFolder = false
            if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder,
                FileManager.default.isExecutableFile(atPath: candidate)
            {
                return candidate
            }
        }
        throw notFound()
    }

    // MARK: errors

    private func notFound() -> Finding {
        let hint = plugin.installHint.map { " \(printable($0))" } ?? " Install it, or mend the user's 'exec.command'."
        return Finding(
            .credentials, "The credential plugin \(plugin.command) is not there, or may not be run.\(hint)",
            field: "exec.command")
    }

    private func failure(_ how: String, stderr: Tail?) -> Finding {
        let said = stderr.map { printable($0.text) } ?? ""
        let words = said.isEmpty ? "" : " It said: \(said)"
        return Finding(
            .credentials, "The credential plugin \(plugin.command) gave no credentials: \(how).\(words)", field: "exec",
            details: said.isEmpty ? [:] : ["stderr": said])
    }

    /// Without control characters, which could play tricks with a terminal.
    private func printable(_ text: String) -> String {
        let clean = text.unicodeScalars.map { scalar -> Character in
            scalar.properties.generalCategory == .control ? " " : Character(scalar)
        }
        return String(clean).split(separator: " ").joined(separator: " ")
    }
}

/// The last part of a text that may be long.
private struct Tail: Sendable {
    private static let limit = 4096
    private var bytes: [UInt8] = []

    mutating func append(_ chunk: [UInt8]) {
        bytes += chunk
        if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
    }

    var text: String { String(decoding: bytes.suffix(Self.limit), as: UTF8.self) }
}

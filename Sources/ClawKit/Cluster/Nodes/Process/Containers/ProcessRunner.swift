import ClawBase
import Subprocess
import SystemPackage

/// Starts processes and sees them to their end, by swift-subprocess: no thread per process, nothing inherited but
/// descriptors 0 (`/dev/null` where nothing else is given), 1 and 2, each process the leader of a session of its own.
enum ProcessRunner {
    /// Returns when the process, and whatever is left of its group, is gone and all output has been handed over.
    /// - Parameters:
    ///   - input: what becomes descriptor 0; closed here once the process has it.
    ///   - output: the process waits while this does.
    ///   - onStart: called once the process exists, before its end is looked at.
    /// - Throws: ``ProcessStartError`` where there was no process.
    static func run(
        _ spec: ProcessSpec, input: FileDescriptor? = nil,
        output: @escaping @Sendable ([UInt8], OutputStream) async -> Void,
        onStart: @Sendable (ProcessHandle) async -> Void
    ) async throws(ProcessStartError) -> ContainerExit {
        var options = PlatformOptions()
        options.createSession = true
        // Subprocess copies raw entries as C strings, so each must bring its final zero.
        let environment = spec.environment.map { Array("\($0.key)=\($0.value)".utf8) + [0] }
        do {
            let input = try input ?? FileDescriptor.open("/dev/null", .readOnly, options: .closeOnExec)
            let result = try await Subprocess.run(
                .path(FilePath(spec.executable)),
                arguments: Arguments(
                    executablePathOverride: spec.arguments.first, remainingValues: Array(spec.arguments.dropFirst())),
                environment: .custom(environment), workingDirectory: FilePath(spec.workingDirectory),
                platformOptions: options, input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                output: .sequence,
                error: .sequence
            ) { execution in
                let pid = execution.processIdentifier.value
                let handle = ProcessHandle(pid: pid, startTicks: ProcessTable.entry(pid)?.startTicks ?? 0)
                await onStart(handle)
                await withTaskGroup(of: Void.self) { group in
                    let (stdout, stderr) = (execution.standardOutput, execution.standardError)
                    group.addTask { await copy(stdout, .stdout, output) }
                    group.addTask { await copy(stderr, .stderr, output) }
                    #if os(Linux)
                    await ExitNotice.wait(pid: pid, processDescriptor: execution.processIdentifier.processDescriptor)
                    #else
                    await ExitNotice.wait(pid: pid)
                    #endif
                    handle.endGroupBeforeReaping()
                }
            }
            return switch result.terminationStatus {
            case .exited(let code): .exited(Int(code))
            case .signaled(let signal): .signaled(Int(signal))
            }
        } catch let error as SubprocessError {
            throw ProcessStartError(spec, error)
        } catch {
            throw ProcessStartError(message: "\(spec.executable) could not be started: \(error)")
        }
    }

    private static func copy(
        _ sequence: SubprocessOutputSequence, _ stream: OutputStream,
        _ output: @Sendable ([UInt8], OutputStream) async -> Void
    ) async {
        do {
            for try await buffer in sequence { await output(buffer.withUnsafeBytes { Array($0) }, stream) }
        } catch {
            // The pipe broke; what the process says from here on is lost, its end is not.
        }
    }
}

/// Why there was no process. Never names arguments or environment, which may hold secrets.
struct ProcessStartError: Error, Sendable {
    var message: String

    init(message: String) { self.message = message }

    init(_ spec: ProcessSpec, _ error: SubprocessError) {
        let cause = error.underlyingError.map { ": \($0)" } ?? ""
        message =
            switch error.code {
            case .executableNotFound: "exec: \"\(spec.executable)\": no such file, or not executable"
            case .failedToChangeWorkingDirectory:
                "the working directory \(spec.workingDirectory) cannot be entered\(cause)"
            default: "exec: \"\(spec.executable)\" could not be started\(cause)"
            }
    }
}

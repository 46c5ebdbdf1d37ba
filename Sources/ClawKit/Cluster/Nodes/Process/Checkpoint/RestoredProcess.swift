import CTerminal
import ClawBase
import FoundationEssentials
import Subprocess
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process that CRIU brings back as a child of this one, with its output going to the node as before.
enum RestoredProcess {
    /// Returns when the process, and whatever is left of its group, is gone and all output has been handed over.
    /// - Throws: ``Finding`` where there was no process.
    static func run(
        _ plan: RestorePlan, deadline: Duration, output: @escaping @Sendable ([UInt8], OutputStream) async -> Void,
        onStart: @Sendable (ProcessHandle, InteractiveProcess.Input, _ pipes: [Int32: String]) async -> Void
    ) async throws(Finding) -> ContainerExit {
        let (pid, pipes, input, names) = try await restore(plan, deadline)
        let handle = ProcessHandle(pid: pid, startTicks: ProcessTable.entry(pid)?.startTicks ?? 0)
        await onStart(handle, InteractiveProcess.Input(channel: input, terminal: nil), names)
        await withTaskGroup(of: Void.self) { group in
            for (channel, stream) in pipes {
                group.addTask {
                    // A pipe that breaks ends what is heard of the process, not the process.
                    while let bytes = try? await channel.read() { await output(bytes, stream) }
                    channel.close()
                }
            }
            #if os(Linux)
                let descriptor = claw_process_descriptor(pid)
                await ExitNotice.wait(pid: pid, processDescriptor: descriptor)
                if descriptor >= 0 { _ = close(descriptor) }
            #else
                await ExitNotice.wait(pid: pid)
            #endif
            handle.endGroupBeforeReaping()
        }
        input?.close()
        return reap(pid)
    }

    private typealias Restored = (
        pid: Int32, pipes: [(DescriptorChannel, OutputStream)], input: DescriptorChannel?, names: [Int32: String]
    )

    private static func restore(_ plan: RestorePlan, _ deadline: Duration) async throws(Finding) -> Restored {
        let pidFile = "\(plan.scratch)/pid"
        let options = {
            var options = PlatformOptions()
            options.createSession = true
            return options
        }()
        guard let criu = plan.criu else { throw Finding(.restoreFailed, "There are no processes in the archive.") }
        let arguments = criu.restoreArguments(plan.images, pidFile: pidFile, pipes: plan.record.pipes)
        do {
            let (stdout, stderr) = (
                try FileDescriptor.pipe(options: .closeOnExec), try FileDescriptor.pipe(options: .closeOnExec)
            )
            let pipes = [
                (DescriptorChannel(stdout.readEnd.rawValue, .pipe), OutputStream.stdout),
                (DescriptorChannel(stderr.readEnd.rawValue, .pipe), OutputStream.stderr),
            ]
            var (inputEnd, input): (FileDescriptor?, DescriptorChannel?) = (nil, nil)
            if plan.record.pipes[0] != nil {
                let pipe = try FileDescriptor.pipe(options: .closeOnExec)
                (inputEnd, input) = (pipe.readEnd, DescriptorChannel(pipe.writeEnd.rawValue, .pipe))
            }
            let source = try inputEnd ?? FileDescriptor.open("/dev/null", .readOnly, options: .closeOnExec)
            // By the same descriptors that the first one had them as.
            let ends = [0: inputEnd, 1: stdout.writeEnd, 2: stderr.writeEnd]
            let names = plan.record.pipes.keys.reduce(into: [Int32: String]()) { names, descriptor in
                names[descriptor] = ends[Int(descriptor)]?.flatMap { ProcessTable.pipeName($0.rawValue) }
            }
            // Ended at the deadline by the task's cancellation, which kills it.
            let program = FilePath(criu.path)
            let isDone = try await SystemTime().withDeadline(deadline, "The restore of the process") {
                let result = try await Subprocess.run(
                    .path(program), arguments: Arguments(arguments),
                    environment: .custom(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]),
                    workingDirectory: FilePath(plan.images),
                    platformOptions: options, input: .fileDescriptor(source, closeAfterSpawningProcess: true),
                    output: .fileDescriptor(stdout.writeEnd, closeAfterSpawningProcess: true),
                    error: .fileDescriptor(stderr.writeEnd, closeAfterSpawningProcess: true))
                return result.terminationStatus.isSuccess
            }
            guard isDone, let pid = number(in: pidFile) else {
                for (channel, _) in pipes { channel.close() }
                input?.close()
                let log = text("\(plan.images)/restore.log") ?? ""
                throw Finding(.restoreFailed, "CRIU could not restore the process: \(CRIU.lastErrors(log))")
            }
            return (pid, pipes, input, names)
        } catch let finding as Finding {
            // At the deadline it may have got as far as having a process.
            if let pid = number(in: pidFile), finding.code == .deadline {
                _ = kill(pid, SIGKILL)
                _ = reap(pid)
            }
            throw finding
        } catch {
            throw Finding(.restoreFailed, "CRIU could not be started: \(error)")
        }
    }

    private static func reap(_ pid: Int32) -> ContainerExit {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return .lost }
        }
        // wait(2): the low seven bits are the signal, the next byte the exit code.
        let signal = Int(status & 0x7F)
        return signal == 0 ? .exited(Int(status >> 8 & 0xFF)) : .signaled(signal)
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func number(in path: String) -> Int32? {
        text(path).flatMap { Int32($0.filter(\.isNumber)) }.flatMap { $0 > 1 ? $0 : nil }
    }
}

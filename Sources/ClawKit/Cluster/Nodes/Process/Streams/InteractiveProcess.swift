import ClawBase
import ClawKubernetes
import SystemPackage

/// A process with something at the other end of its input, or in a terminal.
enum InteractiveProcess {
    /// What goes to a running process.
    struct Input: Sendable {
        /// nil: the process reads from `/dev/null`.
        let channel: (any ByteChannel)?
        let terminal: PseudoTerminal?

        /// Waits while the process does not read. What it will never read is dropped.
        func write(_ bytes: [UInt8]) async { try? await channel?.write(bytes) }
        func finish() async { await channel?.finish() }
        func resize(_ size: TerminalSize) { terminal?.resize(size) }
    }

    /// As ``ProcessRunner/run(_:input:output:onStart:)``.
    static func run(
        _ spec: ProcessSpec, hasInput: Bool, isTerminal: Bool,
        output: @escaping @Sendable ([UInt8], OutputStream) async -> Void,
        onStart: @Sendable (ProcessHandle, Input) async -> Void
    ) async throws(ProcessStartError) -> ContainerExit {
        guard isTerminal else {
            var (readEnd, channel): (FileDescriptor?, (any ByteChannel)?) = (nil, nil)
            if hasInput {
                guard let pipe = try? FileDescriptor.pipe(options: .closeOnExec) else {
                    throw ProcessStartError(message: "no pipe can be made for the process' input")
                }
                (readEnd, channel) = (pipe.readEnd, DescriptorChannel(pipe.writeEnd.rawValue, .pipe))
            }
            let input = Input(channel: channel, terminal: nil)
            defer { channel?.close() }
            return try await ProcessRunner.run(spec, input: readEnd, output: output) { await onStart($0, input) }
        }
        let terminal = try PseudoTerminal()
        let input = Input(channel: terminal.master, terminal: terminal)
        defer { terminal.master.close() }
        let result = await withTaskGroup(of: Result<ContainerExit, ProcessStartError>?.self) { group in
            group.addTask {
                while let bytes = try? await terminal.master.read() { await output(bytes, .stdout) }
                return nil
            }
            let result: Result<ContainerExit, ProcessStartError>
            do throws(ProcessStartError) {
                // Whatever the shell itself has to say before it becomes the command.
                result = .success(try await ProcessRunner.run(spec.inside(terminal), output: output) { await onStart($0, input) })
            } catch {
                result = .failure(error)
            }
            terminal.hangUp()
            return result
        }
        return try result.get()
    }
}

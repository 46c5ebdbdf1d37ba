import CTerminal
import ClawBase
import ClawKubernetes
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A terminal for a process: this side is what a person would see and type.
final class PseudoTerminal: Sendable {
    /// Where the process opens its side.
    let name: String
    let master: DescriptorChannel
    /// Held open so that the terminal has no end before ``hangUp()``: neither while the process starts, nor between two
    /// processes.
    private let other: DescriptorChannel

    init() throws(ProcessStartError) {
        var buffer = [CChar](repeating: 0, count: 128)
        let descriptor = claw_terminal_open(&buffer, buffer.count)
        guard descriptor >= 0 else {
            throw ProcessStartError(message: "no terminal can be made: \(String(cString: strerror(errno)))")
        }
        master = DescriptorChannel(descriptor, .terminal)
        name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let held = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard held >= 0 else {
            throw ProcessStartError(message: "\(name) cannot be opened: \(String(cString: strerror(errno)))")
        }
        other = DescriptorChannel(held, .terminal)
    }

    func resize(_ size: TerminalSize) {
        _ = try? master.attempt { claw_terminal_resize($0, UInt16(clamping: size.columns), UInt16(clamping: size.rows)) }
    }

    /// The process has ended: what it left is read, then the end.
    func hangUp() { other.close() }
}

extension ProcessSpec {
    /// The same in a terminal. A session's leader gets the first terminal it opens as its controlling one, so a shell
    /// opens it and then becomes the command.
    func inside(_ terminal: PseudoTerminal) -> ProcessSpec {
        var spec = self
        spec.executable = "/bin/sh"
        spec.arguments =
            ["sh", "-c", #"exec <>"$0" >&0 2>&0; exec "$@""#, terminal.name, executable] + arguments.dropFirst()
        if spec.environment["TERM"] == nil { spec.environment["TERM"] = "xterm" }
        return spec
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Standard output and standard error.
protocol Console: Sendable {
    /// Writes at once, without a line break of its own.
    func write(_ text: String)
    func writeError(_ text: String)
    var errorIsTerminal: Bool { get }
}

extension Console {
    func print(_ line: String) { write(line.hasSuffix("\n") ? line : line + "\n") }
    func printError(_ line: String) { writeError(line + "\n") }
}

/// The process's own streams, unbuffered: a streamed answer shows as it comes.
struct ProcessConsole: Console {
    var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    func write(_ text: String) { Self.write(text, to: STDOUT_FILENO) }
    func writeError(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    /// A closed pipe ends the process by SIGPIPE as usual; any other failure leaves nobody to tell.
    private static func write(_ text: String, to descriptor: Int32) {
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            #if canImport(Glibc)
            let count = left.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #elseif canImport(Musl)
            let count = left.withUnsafeBytes { Musl.write(descriptor, $0.baseAddress, $0.count) }
            #else
            let count = left.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            left = left.dropFirst(count)
        }
    }
}

import Foundation
import Synchronization

/// A PostgreSQL of this process's own: made by initdb in a temporary directory, on a free port of the loopback address,
/// removed with the process, however that ends.
///
/// A shell supervises it: when its standard input ends, because the process closes it or is no more, it stops the
/// server and removes the directory. Without root it runs as whoever runs the tests, with root as `nobody`, because
/// PostgreSQL refuses root.
package final class PostgresServer: Sendable {
    package let directory: String
    package let port: Int
    package let hasTLS: Bool
    private let binaries: String
    private let supervisor: Mutex<Supervisor>

    private struct Supervisor {
        let child: Child
        /// Its end is what the supervisor waits for; -1 once that was seen to.
        var input: Int32
    }

    /// So that no server's child inherits what another one waits for.
    private static let spawning = Mutex(())

    /// The server that all tests share which do not stop it.
    package static let shared: Result<PostgresServer, ServerProblem> = Result { () throws(ServerProblem) in
        try PostgresServer()
    }

    /// Where initdb is: a version's own directory as Debian has it, or PATH; nil where there is none.
    package static let binaries: String? = {
        let manager = FileManager.default
        let root = "/usr/lib/postgresql"
        let versions = ((try? manager.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }.sorted(by: >)
        let debian = versions.map { "\(root)/\($0)/bin" }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (debian + path).first { manager.isExecutableFile(atPath: "\($0)/initdb") }
    }()

    package static let isThere = binaries != nil
    package static let howToGetIt = "PostgreSQL's server is not on this machine; Debian's package is called postgresql"

    /// - Parameter settings: further lines of postgresql.conf.
    package init(settings: [String] = [], fsync: Bool = false) throws(ServerProblem) {
        guard let binaries = Self.binaries else { throw ServerProblem(message: Self.howToGetIt) }
        self.binaries = binaries
        port = try Self.freePort()
        directory = "/tmp/claw-postgres-\(getpid())-\(port)"
        let environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "SETTINGS": (["fsync = \(fsync ? "on" : "off")"] + settings).joined(separator: "\n"),
        ]
        let arguments = ["/bin/sh", "-c", Self.script, "postgres-for-tests", directory, binaries, String(port)]
        let (child, input, output) = try Self.spawning.withLock { _ throws(ServerProblem) in
            let (input, output) = (try privatePipe(), try privatePipe())
            let child = try Child(arguments, environment: environment, input: input.reading, output: output.writing)
            close(input.reading)
            close(output.writing)
            return (child, input.writing, output.reading)
        }
        let words = Self.readAll(output)
        guard words.contains("ready") else {
            close(input)
            child.wait()
            throw ServerProblem(message: "the server did not start: \(words)")
        }
        hasTLS = words.contains("tls")
        supervisor = Mutex(Supervisor(child: child, input: input))
    }

    /// Reads to the end and closes.
    private static func readAll(_ descriptor: Int32) -> String {
        defer { close(descriptor) }
        var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while true {
            let count = read(descriptor, &part, part.count)
            if count > 0 { bytes += part[..<count] } else if count == 0 || errno != EINTR { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    deinit { end() }

    /// Stops the server and removes its directory.
    package func end() {
        supervisor.withLock { supervisor in
            guard supervisor.input >= 0 else { return }
            close(supervisor.input)
            supervisor.input = -1
            supervisor.child.wait()
        }
    }

    // MARK: connecting

    /// - Parameter options: as in a URL: `sslmode=require&target_session_attrs=any`.
    package func url(user: String = "tester", database: String = "postgres", _ options: String = "") -> String {
        "postgres://\(user)@127.0.0.1:\(port)/\(database)" + (options.isEmpty ? "" : "?\(options)")
    }

    /// By its Unix socket.
    package func socketOptions(database: String = "postgres") -> String {
        "host=\(directory) port=\(port) user=tester dbname=\(database)"
    }

    // MARK: faults

    /// - Parameter mode: `fast` ends sessions, `immediate` is a crash.
    package func restart(_ mode: String = "immediate") async throws {
        try await control(["restart", "-m", mode, "-l", "\(directory)/log"])
    }

    package func stop(_ mode: String = "immediate") async throws { try await control(["stop", "-m", mode]) }
    package func start() async throws { try await control(["start", "-l", "\(directory)/log"]) }

    private func control(_ arguments: [String]) async throws {
        try await run("\(binaries)/pg_ctl", ["-D", "\(directory)/data", "-w", "-s"] + arguments)
    }

    /// Runs a program as the server's user.
    package func run(_ program: String, _ arguments: [String]) async throws {
        let all = ["/bin/sh", "-c", Self.asOwner + "as_owner \"$@\"", "sh", program] + arguments
        let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"]
        try await offThePool { () throws(ServerProblem) in
            let child = try Self.spawning.withLock { _ throws(ServerProblem) in
                try Child(all, environment: environment)
            }
            let status = child.wait()
            guard status == 0 else { throw ServerProblem(message: "\(program) \(arguments) ended with \(status)") }
        }
    }

    /// A program of the server's version.
    package func path(of program: String) -> String { "\(binaries)/\(program)" }

    private static func freePort() throws(ServerProblem) -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 ? getsockname(socket, address, &length) : -1
            }
        }
        guard status == 0 else { throw ServerProblem(message: "there is no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

package struct ServerProblem: Error, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}

import Dispatch
import Foundation

/// A child process with nothing of ours but the descriptors it is given. (Foundation's Process waits until all
/// grandchildren have ended, and a server that was started never does.)
struct Child: Sendable {
    let pid: pid_t

    /// - Parameters:
    ///   - input: its standard input; nil: the null device.
    ///   - output: its standard output and error; nil: the null device.
    init(_ arguments: [String], environment: [String: String], input: Int32? = nil, output: Int32? = nil)
        throws(ServerProblem)
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (given, standard) in [(input, Int32(0)), (output, 1), (output, 2)] {
            if let given {
                posix_spawn_file_actions_adddup2(&actions, given, standard)
            } else {
                posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
            }
        }
        #if os(Linux)
        // Not all of what is open beside is closed on exec, and a server refuses to start with a thousand of them.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        #endif
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Of a process group of its own, so that a Ctrl-C is not for it; and with no signal blocked.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for copy in argv + envp { free(copy) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
        guard status == 0 else { throw ServerProblem(message: "\(arguments[0]): \(String(cString: strerror(status)))") }
        self.pid = pid
    }

    /// Blocks until it has ended.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        return status
    }
}

/// Two connected descriptors no child inherits.
func privatePipe() throws(ServerProblem) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ServerProblem(message: "no pipe: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
}

/// Runs what blocks where it is in nobody's way.
func offThePool<Result: Sendable>(_ body: @escaping @Sendable () throws(ServerProblem) -> Result) async throws -> Result
{
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            do throws(ServerProblem) { continuation.resume(returning: try body()) } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}

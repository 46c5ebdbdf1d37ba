import ClawBase
import Dispatch
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Waits for a child to end without reaping it and without a thread.
enum ExitNotice {
    private static let queue = DispatchQueue(label: "clawkit.node.exits")

    #if os(Linux)
    /// - Parameter processDescriptor: the child's pidfd, which becomes readable when it has ended; -1 where the
    ///   kernel gave none.
    static func wait(pid: Int32, processDescriptor: Int32) async {
        // A descriptor of our own, so that nobody closes it under the source.
        let copy = processDescriptor < 0 ? -1 : fcntl(processDescriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return await poll(pid) }
        let source = DispatchSource.makeReadSource(fileDescriptor: copy, queue: queue)
        await withCheckedContinuation { continuation in
            source.setEventHandler { source.cancel() }
            source.setCancelHandler {
                close(copy)
                continuation.resume()
            }
            source.activate()
        }
    }

    /// For kernels before 5.4, and when descriptors have run out.
    private static func poll(_ pid: Int32) async {
        var pause = Duration.milliseconds(5)
        while !hasEnded(pid) {
            try? await ContinuousClock().sleep(for: pause)
            pause = min(pause * 2, .milliseconds(200))
        }
    }
    #else
    static func wait(pid: Int32) async {
        let source = DispatchSource.makeProcessSource(identifier: pid, eventMask: .exit, queue: queue)
        await withCheckedContinuation { continuation in
            source.setEventHandler { source.cancel() }
            source.setCancelHandler { continuation.resume() }
            source.activate()
            // It may have ended before the source was there.
            if hasEnded(pid) { source.cancel() }
        }
    }
    #endif

    private static func hasEnded(_ pid: Int32) -> Bool {
        var info = siginfo_t()
        guard waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return errno == ECHILD }
        return info.si_signo != 0
    }
}

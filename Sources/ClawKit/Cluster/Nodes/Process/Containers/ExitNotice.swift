import Dispatch
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Waits for a process to end without reaping it and without a thread: a process descriptor becomes readable then.
enum ExitNotice {
    static func wait(processDescriptor: Int32) async {
        // A descriptor of our own, so that nobody closes it under the source.
        let copy = fcntl(processDescriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return }
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

    private static let queue = DispatchQueue(label: "clawkit.node.exits")
}

@preconcurrency import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Tells when a descriptor can be read from or written to, one waiter at a time.
///
/// A dispatch source that is suspended whenever nobody waits: an event nobody takes would come again and again.
final class DescriptorReadiness: Sendable {
    enum Direction { case reading, writing }

    private struct State {
        var waiter: CheckedContinuation<Void, Never>?
        var isActive = false
        var isClosed = false
    }
    private let state = Mutex(State())
    /// Dispatch sources may be used from any thread; ours is suspended and resumed under the mutex above only.
    nonisolated(unsafe) private let source: any DispatchSourceProtocol
    private static let queue = DispatchQueue(label: "clawkit.descriptors")

    /// - Parameter onRelease: called once nobody looks at the descriptor any more.
    init(_ descriptor: Int32, _ direction: Direction, onRelease: @escaping @Sendable () -> Void) {
        source =
            switch direction {
            case .reading: DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: Self.queue)
            case .writing: DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: Self.queue)
            }
        source.setEventHandler { [weak self] in self?.isReady() }
        source.setCancelHandler { onRelease() }
        // Not activated before somebody waits: on Linux a hang-up is told once, and must not be told to nobody.
    }

    deinit { close() }

    private func isReady() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter != nil { source.suspend() }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when the descriptor is ready, closed, or the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if state.isClosed || state.waiter != nil || Task.isCancelled { return true }
                    state.waiter = continuation
                    if state.isActive { source.resume() } else { source.activate() }
                    state.isActive = true
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            isReady()
        }
    }

    func close() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            source.cancel()
            // A source that is suspended, or was never activated, would never run its cancel handler.
            if !state.isActive { source.activate() } else if state.waiter == nil { source.resume() }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}

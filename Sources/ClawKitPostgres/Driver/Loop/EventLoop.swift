import HeapModule
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the loop calls, on its thread, without a lock held.
protocol EventHandler: AnyObject, Sendable {
    func isReady(_ readiness: EventReadiness)
    /// A moment that was asked for by ``EventLoop/arm(_:at:)`` has passed.
    func momentPassed(_ now: MonotonicTime)
}

/// One thread that waits for all connections' sockets, their deadlines, and, as a task executor, for jobs.
///
/// A query is sent by the task that asks, on whatever thread it runs; only the answer comes through the loop. So a
/// query costs one switch of threads, not the two that an actor on the loop would cost, and rows are decoded by those
/// who asked. A task that prefers the loop as its executor has no switch at all.
final class EventLoop: TaskExecutor {
    private struct Alarm: Comparable {
        let moment: MonotonicTime
        let token: UInt64
        static func < (a: Self, b: Self) -> Bool { a.moment < b.moment }
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var handlers: [UInt64: any EventHandler] = [:]
        var lastToken: UInt64 = 0
        var alarms = Heap<Alarm>()
        /// Nobody has to wake the thread while it is awake.
        var isAsleep = false
        var wakesAt = MonotonicTime.never
        var hasThread = false
        var isStopping = false
    }

    private let port: any EventPort
    private let state = Mutex(State())

    /// The process's loop. Its thread starts with the first connection and stays.
    static let shared = EventLoop(systemPort())

    init(_ port: any EventPort) { self.port = port }

    private static func systemPort() -> any EventPort {
        #if os(Linux)
        if let port = EpollPort() { return port }
        #endif
        guard let port = PollPort() else { preconditionFailure("the process has no file descriptors left") }
        return port
    }

    // MARK: from any thread

    /// - Returns: what the handler is named by from now on; it is held until ``remove(_:_:)``.
    func add(_ descriptor: Int32, _ interest: EventInterest, _ handler: some EventHandler) -> UInt64 {
        let token = state.withLock { state in
            startThread(&state)
            state.lastToken += 1
            state.handlers[state.lastToken] = handler
            return state.lastToken
        }
        port.add(descriptor, token: token, interest)
        return token
    }

    /// A handler that is told of moments only.
    func add(_ handler: some EventHandler) -> UInt64 {
        state.withLock { state in
            startThread(&state)
            state.lastToken += 1
            state.handlers[state.lastToken] = handler
            return state.lastToken
        }
    }

    func change(_ descriptor: Int32, _ token: UInt64, _ interest: EventInterest) {
        port.change(descriptor, token: token, interest)
    }

    /// Before the descriptor is closed. The handler may be called once more, where it is being called right now.
    /// - Parameter descriptor: nil where it was closed already; its number may be another's by now.
    func remove(_ descriptor: Int32?, _ token: UInt64) {
        if let descriptor { port.remove(descriptor, token: token) } else { port.forget(token) }
        // What goes away here must not do so under the lock.
        _ = state.withLock { $0.handlers.removeValue(forKey: token) }
    }

    /// Has the handler told when `moment` has passed.
    func arm(_ token: UInt64, at moment: MonotonicTime) {
        let wakes = state.withLock { state in
            state.alarms.insert(Alarm(moment: moment, token: token))
            return state.isAsleep && moment < state.wakesAt
        }
        if wakes { port.wake() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wakes = state.withLock { state in
            startThread(&state)
            state.jobs.append(job)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wakes { port.wake() }
    }

    /// Ends the thread; for loops of their own, in tests.
    func stop() {
        let hasThread = state.withLock { state in
            state.isStopping = true
            return state.hasThread
        }
        if hasThread { port.wake() } else { port.close() }
    }

    // MARK: the thread

    private func startThread(_ state: inout State) {
        guard !state.hasThread else { return }
        state.hasThread = true
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let context = Unmanaged.passRetained(self)
        let status = pthread_create(&thread, nil, eventLoopMain, context.toOpaque())
        precondition(status == 0, "the process may have no more threads")
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
    }

    fileprivate func run() {
        // Signals are for the process's other threads. Blocked, a write to a closed TLS socket just fails.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        let executor = asUnownedTaskExecutor()
        var ready: [(UInt64, EventReadiness)] = []
        var handlers: [(any EventHandler, EventReadiness)] = []
        var jobs: [UnownedJob] = []
        while true {
            let now = MonotonicTime.now
            var due: [any EventHandler] = []
            state.withLock { state in
                swap(&jobs, &state.jobs)
                while let first = state.alarms.min, first.moment <= now {
                    state.alarms.removeMin()
                    if let handler = state.handlers[first.token] { due.append(handler) }
                }
            }
            for job in jobs { job.runSynchronously(on: executor) }
            jobs.removeAll(keepingCapacity: true)
            for handler in due { handler.momentPassed(now) }
            let milliseconds: Int32? = state.withLock { state in
                if state.isStopping { return nil }
                guard state.jobs.isEmpty else { return 0 }
                state.isAsleep = true
                state.wakesAt = state.alarms.min?.moment ?? .never
                return state.wakesAt.milliseconds(from: now)
            }
            guard let milliseconds else { break }
            port.wait(milliseconds: milliseconds) { ready.append(($0, $1)) }
            state.withLock { state in
                state.isAsleep = false
                for (token, readiness) in ready {
                    if let handler = state.handlers[token] { handlers.append((handler, readiness)) }
                }
            }
            ready.removeAll(keepingCapacity: true)
            for (handler, readiness) in handlers { handler.isReady(readiness) }
            handlers.removeAll(keepingCapacity: true)
        }
        port.close()
    }
}

#if canImport(Darwin)
private func eventLoopMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
#else
private func eventLoopMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
#endif

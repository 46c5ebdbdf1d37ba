import Dispatch
import HeapModule
import Synchronization

/// All sleeps of the process, behind one timer.
///
/// `Task.sleep` makes a timer for each sleep and keeps it until its moment, also where the sleep was cancelled long
/// before (seen with Swift 6.3 on Linux). In a program whose every step has a deadline, nearly all of them never to be
/// reached, these pile up by the hundred thousand. Here a cancelled sleep leaves nothing behind.
final class Sleepers: Sendable {
    static let shared = Sleepers()

    private struct Entry: Comparable {
        let due: ContinuousClock.Instant
        let number: UInt64
        static func < (a: Self, b: Self) -> Bool { (a.due, a.number) < (b.due, b.number) }
    }

    private struct State {
        var line = Heap<Entry>()
        var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var last: UInt64 = 0
        /// When the timer will fire.
        var alarm: ContinuousClock.Instant?

        /// Those that were cancelled stay in line until they are many.
        mutating func tidy() {
            guard line.count > 2 * waiting.count + 1024 else { return }
            line = Heap(line.unordered.filter { waiting[$0.number] != nil })
        }
    }

    private let state = Mutex(State())
    /// Dispatch sources may be used from any thread.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer

    private init() {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "clawkit.sleepers", qos: .userInitiated))
        timer.setEventHandler { [weak self] in self?.wake() }
        timer.activate()
    }

    /// How many sleep.
    var count: Int { state.withLock { $0.waiting.count } }

    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(until due: ContinuousClock.Instant) async throws {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.waiting[number] = continuation
                    state.line.insert(Entry(due: due, number: number))
                    if state.alarm.map({ due < $0 }) ?? true { set(&state, due) }
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                defer { state.tidy() }
                return state.waiting.removeValue(forKey: number)
            }
            sleeper?.resume(throwing: CancellationError())
        }
    }

    private func set(_ state: inout State, _ alarm: ContinuousClock.Instant) {
        state.alarm = alarm
        let (seconds, attoseconds) = max(.zero, alarm - .now).components
        let nanoseconds = min(seconds, 1_000_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000
        timer.schedule(deadline: .now() + .nanoseconds(Int(nanoseconds)), leeway: .nanoseconds(0))
    }

    private func wake() {
        let awake = state.withLock { state in
            var awake: [CheckedContinuation<Void, any Error>] = []
            let now = ContinuousClock.now
            while let next = state.line.min, next.due <= now || state.waiting[next.number] == nil {
                state.line.removeMin()
                if let sleeper = state.waiting.removeValue(forKey: next.number) { awake.append(sleeper) }
            }
            if let next = state.line.min { set(&state, next.due) } else { state.alarm = nil }
            return awake
        }
        for sleeper in awake { sleeper.resume() }
    }
}

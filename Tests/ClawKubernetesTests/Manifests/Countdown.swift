import Synchronization

/// Says no from the given call on.
final class Countdown: Sendable {
    private let left: Mutex<Int>
    init(_ calls: Int) { left = Mutex(calls) }

    func isOver() -> Bool {
        left.withLock { left in
            left -= 1
            return left < 0
        }
    }
}

package import ClawBase
import Synchronization

/// Rings at the moment it is set to.
///
/// One task sleeps for whoever waits for news *or* a moment: that wait is for one thing then, and ends in one step. A
/// group of two tasks, of which one sleeps, takes five, each of which stands in line where the machine is busy.
package final class Alarm: Sendable {
    private let next = Mutex<Timestamp?>(nil)
    private let changed = Signal()

    package init() {}

    /// Rings then, and not at the moment it was set to before; nil: not at all.
    package func set(_ moment: Timestamp?) { change { $0 = moment } }

    /// Rings then at the latest.
    package func set(noLaterThan moment: Timestamp) { change { $0 = min(moment, $0 ?? moment) } }

    private func change(_ body: (inout Timestamp?) -> Void) {
        let isOther = next.withLock { next in
            let before = next
            body(&next)
            return next != before
        }
        if isOther { changed.raise() }
    }

    /// Rings until cancelled.
    /// - Throws: `CancellationError`.
    package func run(_ time: any TimeSource, ring: () -> Void) async throws {
        while true {
            let now = time.now
            let (isDue, moment) = next.withLock { next in
                guard let moment = next, moment <= now else { return (false, next) }
                next = nil
                return (true, nil)
            }
            if isDue {
                ring()
            } else if let moment {
                try await changed.wait(until: moment, time)
            } else {
                try await changed.wait()
            }
        }
    }
}

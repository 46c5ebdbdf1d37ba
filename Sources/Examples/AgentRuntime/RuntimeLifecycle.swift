import ClawBase
import Synchronization

/// Where a runtime stands between start and end; only forward.
final class RuntimeLifecycle: Sendable {
    enum Phase: Int, Sendable {
        case starting, ready, draining

        var name: String { "\(self)" }
    }

    private let state = Mutex(Phase.starting)

    var phase: Phase { state.withLock { $0 } }

    /// Goes on to a later phase; an earlier one changes nothing.
    func advance(to phase: Phase) {
        state.withLock { if phase.rawValue > $0.rawValue { $0 = phase } }
    }
}

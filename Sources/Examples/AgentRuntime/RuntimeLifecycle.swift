import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization

/// Where a runtime stands between start and end; only forward.
final class RuntimeLifecycle: Sendable {
    enum Phase: Int, Sendable {
        /// `warm`: all there but its user.
        case starting, warm, ready, draining

        var name: String { "\(self)" }
    }

    private let state = Mutex(Phase.starting)
    private let listening = Atomic(false)

    var phase: Phase { state.withLock { $0 } }

    /// The questions of orchestrators, which carry no token; nil for others.
    func health(_ path: Substring) -> Response? {
        let phase = phase
        return switch path {
        case "/healthz": Self.health(true, "live")
        case "/startupz": Self.health(phase != .starting, phase == .starting ? "starting" : "started")
        case "/readyz": Self.health(phase == .ready || phase == .warm && hears, phase.name)
        default: nil
        }
    }

    private static func health(_ isFine: Bool, _ status: String) -> Response {
        .json(["ok": .bool(isFine), "status": .string(status)], status: isFine ? .ok : .serviceUnavailable)
    }

    /// Whether the platform answers, of which a warm runtime waits to hear.
    var hears: Bool {
        get { listening.load(ordering: .relaxed) }
        set { listening.store(newValue, ordering: .relaxed) }
    }

    /// Goes on to a later phase; an earlier one changes nothing.
    func advance(to phase: Phase) {
        state.withLock { if phase.rawValue > $0.rawValue { $0 = phase } }
    }
}

import ClawBase
import DequeModule
import Synchronization

/// The decision traces of the last requests, by id.
public final class TraceLog: Sendable {
    private struct State {
        var traces: [String: DecisionTrace] = [:]
        var order: Deque<String> = []
    }
    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int = 1000) { self.limit = limit }

    func add(_ trace: DecisionTrace) {
        state.withLock { state in
            if state.traces.updateValue(trace, forKey: trace.id) == nil { state.order.append(trace.id) }
            while state.order.count > limit, let oldest = state.order.popFirst() { state.traces[oldest] = nil }
        }
    }

    public subscript(_ id: String) -> DecisionTrace? { state.withLock { $0.traces[id] } }
}

import ClawBase
import ClawDocuments
import Synchronization

/// What the agent says of its own work, when it is asked whether it may be put to sleep: real work, not what is merely open.
final class AgentWork: Sendable {
    private struct State {
        var underWay = 0
        var last: Timestamp
    }

    private let state: Mutex<State>
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
        state = Mutex(State(last: time.now))
    }

    /// A piece of work, under way for as long as somebody holds it.
    final class Piece: Sendable {
        private let work: AgentWork

        fileprivate init(_ work: AgentWork) {
            self.work = work
            work.state.withLock { $0.underWay += 1 }
        }

        deinit {
            work.state.withLock { state in
                state.underWay -= 1
                state.last = work.time.now
            }
        }
    }

    func begin() -> Piece { Piece(self) }

    /// `{"busy", "lastActivity"}`
    var json: JSON {
        let (isBusy, last) = state.withLock { ($0.underWay > 0, $0.last) }
        return ["busy": .bool(isBusy), "lastActivity": .string((isBusy ? time.now : last).rfc3339(fractionDigits: 6))]
    }
}

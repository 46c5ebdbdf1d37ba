import ClawBase
import ClawDialects
import ClawLedger
import Synchronization

/// What is noted of a request while it is under way: its trace.
final class CallRecord: Sendable {
    private let state: Mutex<DecisionTrace>
    private let began: Timestamp
    private let time: any TimeSource

    init(id: String, model: String, time: any TimeSource) {
        state = Mutex(DecisionTrace(id: id, model: model))
        began = time.now
        self.time = time
    }

    var trace: DecisionTrace { state.withLock { $0 } }
    var age: Duration { time.now - began }

    /// - Returns: the attempt's number.
    func begin(_ group: ModelGroup, _ choice: RouteTable.Choice, _ index: Int, isHedge: Bool = false) -> Int {
        let passedOver = choice.obstacles.map { (group.deployments[$0.deployment].name, $0.obstacle.words) }
        return state.withLock { trace in
            trace.attempts.append(
                DecisionTrace.Attempt(
                    model: group.alias, deployment: group.deployments[index].name, began: time.now - began,
                    passedOver: Dictionary(passedOver) { first, _ in first }, isHedge: isHedge, label: group.label,
                    provider: group.deployments[index].provider))
            return trace.attempts.count - 1
        }
    }

    func attempt(_ number: Int, ended outcome: DecisionTrace.Outcome, firstToken: Duration?, usage: TokenUsage?) {
        state.withLock { trace in
            trace.attempts[number].outcome = outcome
            trace.attempts[number].firstToken = firstToken
            trace.attempts[number].ended = time.now - began
        }
    }

    func spent(_ cost: NanoDollars) { state.withLock { $0.cost += cost.nanos } }
    func noted(_ cache: DecisionTrace.Cache) { state.withLock { $0.cache = cache } }
    func waited(_ why: String) { state.withLock { $0.waits.append(why) } }
}

import ClawResources

/// Which phase of a runtime follows which, and why: the table that Docs/runtimes.md draws and a test holds every decision
/// against.
///
/// Phases on the way may pass unseen, so a status may show the end of a chain without its links.
enum RuntimeTransitions {
    struct Transition: Sendable, Hashable {
        /// Any of them.
        var from: [RuntimePhase]
        var to: RuntimePhase
        var why: String
    }

    /// Wanted running, and not given up.
    static let up: [RuntimePhase] = [.creating, .pending, .scheduled, .starting, .ready, .recovering, .waking]
    private static let resting: [RuntimePhase] = [.suspending, .suspended, .stopping, .stopped]
    private static let given: [RuntimePhase] = [.refused, .failed]

    /// The phases that end by themselves, each within its deadline.
    static let underWay: Set<RuntimePhase> = [
        .pending, .scheduled, .creating, .starting, .suspending, .waking, .recovering, .stopping,
    ]

    static let beginning = RuntimePhase.creating

    static let table = [
        Transition(from: [.creating], to: .pending, why: "its pod waits for a node"),
        Transition(from: [.pending], to: .scheduled, why: "a node is found"),
        Transition(from: [.scheduled], to: .creating, why: "the node prepares it"),
        Transition(from: [.creating], to: .starting, why: "its program runs"),
        Transition(from: [.starting, .recovering, .waking], to: .ready, why: "its readiness answers"),
        Transition(from: [.ready], to: .recovering, why: "readiness is lost"),
        Transition(from: [.creating, .starting, .waking], to: .recovering, why: "its program ends too early"),
        Transition(from: [.starting, .ready, .recovering, .waking], to: .creating, why: "its pod is made anew"),
        Transition(from: up + given + resting, to: .suspending, why: "suspended, or not in use"),
        Transition(from: [.suspending], to: .suspended, why: "its pod is gone"),
        Transition(from: [.suspending, .suspended], to: .waking, why: "used or wanted again"),
        Transition(from: up + given + resting, to: .stopping, why: "stopped"),
        Transition(from: [.stopping], to: .stopped, why: "its pod is gone"),
        Transition(from: [.stopping, .stopped] + given, to: .creating, why: "started, mended or recovered"),
        Transition(from: up, to: .refused, why: "something speaks against it"),
        Transition(from: up + [.suspending, .stopping], to: .failed, why: "given up"),
        Transition(from: up + resting + given, to: .deleting, why: "deleted"),
    ]

    /// What may follow a phase that passed unseen.
    private static let onwards: [RuntimePhase: Set<RuntimePhase>] = [
        .creating: [.pending, .scheduled, .creating, .starting, .ready, .recovering, .failed, .refused],
        .pending: [.scheduled, .creating, .starting, .ready, .failed, .refused],
        .scheduled: [.creating, .starting, .ready, .failed, .refused],
        .starting: [.ready, .recovering, .failed, .refused], .recovering: [.ready, .failed, .refused],
        .waking: [.ready, .recovering, .creating, .failed, .refused], .suspending: [.suspended, .failed], .stopping: [.stopped, .failed],
    ]

    /// Whether a status may go from one phase to another.
    /// - Parameter from: nil for a runtime that is new: it begins as one that was stopped.
    static func allows(_ from: RuntimePhase?, _ to: RuntimePhase) -> Bool {
        let from = from ?? .stopped
        if from == to { return true }
        var (seen, edge) = (Set<RuntimePhase>(), [from])
        while let phase = edge.popLast() {
            for next in table where next.from.contains(phase) {
                if phase != from, onwards[phase]?.contains(next.to) != true { continue }
                if next.to == to { return true }
                if onwards[next.to] != nil, seen.insert(next.to).inserted { edge.append(next.to) }
            }
        }
        return false
    }

    /// The table as a Mermaid state diagram (<https://mermaid.js.org/syntax/stateDiagram.html>).
    static var diagram: String {
        var lines = ["stateDiagram-v2", "    [*] --> \(beginning.rawValue)", "    state \"wanted running\" as Up {"]
        let isInside = { (transition: Transition) in
            up.contains(transition.to) && transition.from.allSatisfy(up.contains)
        }
        func draw(_ transition: Transition, _ indent: String) {
            let from = transition.from.filter { $0 != transition.to }
            let isWhole = up.allSatisfy(from.contains)
            let origins = (isWhole ? ["Up"] : []) + from.filter { !isWhole || !up.contains($0) }.map(\.rawValue)
            for origin in origins { lines.append("\(indent)\(origin) --> \(transition.to.rawValue) : \(transition.why)") }
        }
        for transition in table where isInside(transition) { draw(transition, "        ") }
        lines.append("    }")
        for transition in table where !isInside(transition) { draw(transition, "    ") }
        lines.append("    \(RuntimePhase.deleting.rawValue) --> [*]")
        return lines.joined(separator: "\n")
    }
}

import Synchronization

/// Turns an operation's states into lines: one for each change of a step.
final class OperationProgress: Sendable {
    private let shown = Mutex<(state: String, steps: [String: Operation.Step])>(("", [:]))

    /// The lines that are new since the last call.
    func lines(for operation: Operation) -> [String] {
        shown.withLock { shown in
            var lines: [String] = []
            for step in operation.steps where shown.steps[step.name] != step && step.state != "pending" {
                shown.steps[step.name] = step
                lines.append("  \(step.name): \(step.state)\(step.message.map { ", \($0)" } ?? "")".onOneLine)
            }
            if shown.state != operation.state {
                shown.state = operation.state
                let line = "\(operation.id)  \(operation.action) \(operation.target)  \(operation.state)".onOneLine
                // The end comes after the steps, any other state before them.
                lines.insert(line, at: operation.hasEnded ? lines.count : 0)
            }
            return lines
        }
    }
}

import Synchronization

/// Turns an operation's states into lines: one for each change of a step.
final class OperationProgress: Sendable {
    private let shown = Mutex<(state: String, steps: [String: Operation.Step])>(("", [:]))

    /// `[=====               ]  25 %  stop: stopped ada`, for a terminal's last line.
    static func bar(for operation: Operation) -> String {
        let width = 20
        let filled = Int(operation.progress * Double(width))
        let step = operation.steps.first { $0.state == "running" }
        let text = step.map { "  \($0.name)\($0.message.map { ": \($0)" } ?? "")" } ?? ""
        let percent = String(Int(operation.progress * 100))
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled)
        return "[\(bar)] \(String(repeating: " ", count: max(0, 3 - percent.count)))\(percent) %\(String(text.onOneLine.prefix(50)))"
    }

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

/// Something wrong at one place of an expression.
public struct ExpressionIssue: Error, Sendable, Hashable {
    public let message: String
    /// The offset in code points.
    public let offset: Int

    init(_ message: String, at offset: Int) { (self.message, self.offset) = (message, offset) }
}

/// Why a text is no expression, or does not fit its environment.
public struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// In the order of their places.
    public let issues: [ExpressionIssue]
    /// Each issue with the line it is in and a mark below, as cel-go prints them.
    public let description: String

    init(_ issues: [ExpressionIssue], in text: [Unicode.Scalar]) {
        self.issues = issues.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
            .map(\.element)
        description = self.issues.prefix(100).map { Self.display($0, in: text) }.joined(separator: "\n")
    }

    private static func display(_ issue: ExpressionIssue, in text: [Unicode.Scalar]) -> String {
        let offset = min(max(issue.offset, 0), text.count)
        let lineStart = (text[..<offset].lastIndex(of: "\n") ?? -1) + 1
        let lineEnd = text[offset...].firstIndex(of: "\n") ?? text.count
        let lineNumber = text[..<lineStart].count { $0 == "\n" } + 1
        let column = offset - lineStart
        let head = "ERROR: <input>:\(lineNumber):\(column + 1): \(issue.message)"
        let line = text[lineStart..<lineEnd]
        guard line.count <= 16_384 else { return head }
        let shown = String(String.UnicodeScalarView(line.map { $0 == "\t" ? " " : $0 }))
        var mark = line.prefix(column).map { $0.isASCII ? "." : "\u{FF0E}" }.joined()
        mark += offset < lineEnd && !text[offset].isASCII ? "\u{FF3E}" : "^"
        return "\(head)\n | \(shown)\n | \(mark)"
    }
}

/// Why an expression has no value, in cel-go's words: `no such key: a`, `division by zero`.
public struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    /// Whether the cost limit of the call was exceeded: nothing more is evaluated then.
    public let isOverLimit: Bool

    public init(_ description: String) { (self.description, isOverLimit) = (description, false) }

    private init(overLimit description: String) { (self.description, isOverLimit) = (description, true) }

    static let overLimit = EvaluationError(overLimit: "operation cancelled: actual cost limit exceeded")
    static let noSuchOverload = EvaluationError("no such overload")
}

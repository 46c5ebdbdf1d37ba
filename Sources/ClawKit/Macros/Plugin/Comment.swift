#if Macros
import SwiftSyntax

/// Documentation comments, as text.
enum Comment {
    /// Lines of one paragraph are joined; what documents a callable (`- Parameter`, …) is left out.
    static func text(of declaration: some SyntaxProtocol) -> String {
        var paragraphs: [String] = []
        var lines: [String] = []
        func finish() {
            if !lines.isEmpty { paragraphs.append(lines.joined(separator: " ")) }
            lines = []
        }
        for line in Self.lines(declaration.leadingTrivia) {
            if line.hasPrefix("- Parameter") || line.hasPrefix("- Returns") || line.hasPrefix("- Throws") { break }
            if line.isEmpty { finish() } else { lines.append(line) }
        }
        finish()
        return paragraphs.joined(separator: "\n\n")
    }

    private static func lines(_ trivia: Trivia) -> [String] {
        trivia.pieces.flatMap { piece -> [String] in
            switch piece {
            case .docLineComment(let text): return [trimmed(text.dropFirst(3))]
            case .docBlockComment(let text):
                return text.dropFirst(3).dropLast(2).split(separator: "\n", omittingEmptySubsequences: false).map {
                    line in
                    let line = trimmed(line)
                    return line.hasPrefix("*") ? trimmed(line.dropFirst()) : line
                }
            default: return []
            }
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}
#endif

#if Macros
import SwiftParser
import SwiftSyntax

/// A literal whose text is in another language.
struct ForeignText {
    let text: String

    /// nil where it is no literal, or has an interpolation.
    init?(_ expression: ExprSyntax) {
        guard let literal = expression.as(StringLiteralExprSyntax.self), let text = literal.representedLiteralValue
        else { return nil }
        self.text = text
    }

    /// Where in the text, for people: compilers point at a literal as a whole.
    /// - Parameter offset: in code points.
    func place(of offset: Int) -> String {
        let before = String(String.UnicodeScalarView(text.unicodeScalars.prefix(offset)))
        let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
        let column = "character \((lines.last?.unicodeScalars.count ?? 0) + 1)"
        return text.contains("\n") ? "line \(lines.count), \(column)" : column
    }
}
#endif

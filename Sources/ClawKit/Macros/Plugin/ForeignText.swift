#if Macros
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// A literal whose text is in another language, with the places of its characters in the source.
struct ForeignText {
    let text: String
    private let literal: StringLiteralExprSyntax

    /// nil where it is no literal, or has an interpolation.
    init?(_ expression: ExprSyntax) {
        guard let literal = expression.as(StringLiteralExprSyntax.self), let text = literal.representedLiteralValue
        else { return nil }
        (self.text, self.literal) = (text, literal)
    }

    /// - Parameter offset: in code points of the text.
    func report(_ id: String, _ message: String, at offset: Int, _ context: some MacroExpansionContext) {
        if let place = place(of: offset) {
            context.diagnose(
                Diagnostic(node: Syntax(literal), position: place, message: Finding(id, message)))
        } else {
            context.report(literal, id, "\(message) At character \(offset + 1).")
        }
    }

    /// nil where escapes stand between the text and its source.
    private func place(of offset: Int) -> AbsolutePosition? {
        let written = literal.segments.compactMap { $0.as(StringSegmentSyntax.self)?.content }
        guard written.map(\.text).joined() == text else { return nil }
        var rest = offset
        for segment in written {
            let scalars = segment.text.unicodeScalars
            if rest < scalars.count {
                let bytes = String(String.UnicodeScalarView(scalars.prefix(rest))).utf8.count
                return segment.positionAfterSkippingLeadingTrivia.advanced(by: bytes)
            }
            rest -= scalars.count
        }
        return written.last?.endPositionBeforeTrailingTrivia
    }
}
#endif

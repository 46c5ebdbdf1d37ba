/// Texts in Swift source, such that nothing in them can end the literal or the comment they stand in.
enum SwiftText {
    /// A string literal. Whatever is not plainly printable is written as an escape, bidirectional controls with it.
    static func literal(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            default:
                if isPlain(scalar) {
                    literal.unicodeScalars.append(scalar)
                } else {
                    literal += "\\u{\(String(scalar.value, radix: 16))}"
                }
            }
        }
        return literal + "\""
    }

    /// The first sentence, as lines of a documentation comment.
    static func comment(_ text: String, indent: String) -> String {
        let plain = String(String.UnicodeScalarView(text.unicodeScalars.map { isPlain($0) ? $0 : " " }))
        let words = plain.split(separator: " ")
        var lines: [String] = []
        var line = ""
        for word in words {
            if line.count + word.count > width, !line.isEmpty {
                lines.append(line)
                line = ""
                if lines.count == mostLines { break }
            }
            line += (line.isEmpty ? "" : " ") + word.prefix(width)
            if word.hasSuffix("."), word.count > 2 { break }
        }
        if !line.isEmpty, lines.count < mostLines { lines.append(line) }
        return lines.map { "\(indent)/// \($0)\n" }.joined()
    }

    private static let width = 100
    private static let mostLines = 6

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }
}

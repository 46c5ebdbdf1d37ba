/// A YAML value on its way to text: what a `claw.yaml` needs, and no more.
indirect enum YAMLText: Sendable, Hashable {
    /// As it stands: a number, `true`, a duration, a word that needs no quotes.
    case plain(String)
    case text(String)
    /// On one line.
    case flow([(name: String, value: YAMLText)])
    case words([String])
    /// On lines of their own.
    case mapping([(name: String, value: YAMLText)])
    case list([YAMLText])

    /// The lines of a document, each with its line break.
    func document() -> String {
        guard case .mapping(let members) = self else { return inline + "\n" }
        return Self.lines(members, indentation: "").joined(separator: "\n") + "\n"
    }

    private static func lines(_ members: [(name: String, value: YAMLText)], indentation: String) -> [String] {
        members.flatMap { name, value -> [String] in
            let start = "\(indentation)\(quoted(name)):"
            switch value {
            case .mapping(let members): return [start] + lines(members, indentation: indentation + "  ")
            case .list(let values):
                return [start] + values.flatMap { value -> [String] in
                    guard case .mapping(let members) = value else { return ["\(indentation)  - \(value.inline)"] }
                    var lines = lines(members, indentation: indentation + "    ")
                    if !lines.isEmpty { lines[0] = "\(indentation)  - " + lines[0].dropFirst(indentation.count + 4) }
                    return lines
                }
            default: return ["\(start) \(value.inline)"]
            }
        }
    }

    private var inline: String {
        switch self {
        case .plain(let text): text
        case .text(let text): Self.quoted(text)
        case .words(let words): "[\(words.map(Self.quoted).joined(separator: ", "))]"
        case .flow(let members), .mapping(let members):
            "{\(members.map { "\(Self.quoted($0.name)): \($0.value.inline)" }.joined(separator: ", "))}"
        case .list(let values): "[\(values.map(\.inline).joined(separator: ", "))]"
        }
    }

    /// Without quotes where no reader can take it for anything but a text.
    private static func quoted(_ text: String) -> String {
        let taken: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        let isPlain =
            text.first.map { $0.isASCII && $0.isLetter } ?? false
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "_-./".utf8.contains(byte)
            }
        if isPlain, !taken.contains(text.lowercased()) { return text }
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _ where scalar.value < 0x20: "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }

    static func == (a: YAMLText, b: YAMLText) -> Bool { a.inline == b.inline }
    func hash(into hasher: inout Hasher) { hasher.combine(inline) }
}

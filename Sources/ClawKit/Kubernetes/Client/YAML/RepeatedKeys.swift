import Yams

/// A key that stands in a mapping once more.
package struct RepeatedKey: Sendable, Hashable {
    package let name: String
    /// Whether it is a text, not a number or a boolean.
    package let isText: Bool
    /// The line, from 1, on which the later value begins.
    package let line: Int
}

/// Reads texts whose mappings have a key twice, which Yams refuses to compose: the earlier one gets another name, and
/// the text is read again.
enum RepeatedKeys {
    /// Stands in no text that people write: from the first of Unicode's areas for private use.
    private static let mark: Character = "\u{E000}"
    /// Each repetition costs one more reading: more than this is not worth it.
    private static let mostRounds = 64
    private static let mostBytes = 16 << 20

    /// The documents of a text, earlier keys renamed where they are repeated.
    /// - Throws: `YamlError`.
    static func compose(_ text: String) throws -> [Yams.Node] {
        var text = text
        for round in 1... {
            do {
                var nodes = try Yams.compose_all(yaml: text, .basic)
                var documents: [Yams.Node] = []
                while let node = nodes.next() { documents.append(node) }
                // The sequence just ends at a mistake, and says afterwards that there was one; a copy of it would not.
                if let error = nodes.error { throw error }
                return documents
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard round <= mostRounds, round * text.utf8.count <= mostBytes,
                    let renamed = renaming(names.first ?? "", at: context.mark, in: text, number: round)
                else { throw YamlError.duplicatedKeysInMapping(duplicates: names, context: context) }
                text = renamed
            }
        }
        return []
    }

    /// The name without what ``compose(_:)`` put before it, and whether it had.
    static func original(_ name: String) -> (name: String, isRepeated: Bool) {
        guard name.first == mark, let end = name.dropFirst().firstIndex(of: mark) else { return (name, false) }
        return (String(name[name.index(after: end)...]), true)
    }

    private static func renaming(_ name: String, at place: Mark, in text: String, number: Int) -> String? {
        let scalars = text.unicodeScalars
        guard !name.isEmpty, name != "<<", !text.contains(mark) || number > 1, var start = position(of: place, in: scalars)
        else { return nil }
        let first = scalars[start]
        if first == "\"" || first == "'" {
            start = scalars.index(after: start)
        } else if !scalars[start...].starts(with: name.unicodeScalars) {
            // A tag, an anchor: nobody writes such keys twice.
            return nil
        }
        var renamed = text
        renamed.unicodeScalars.insert(contentsOf: "\(mark)\(number)\(mark)".unicodeScalars, at: start)
        return renamed
    }

    /// Where a line and column are, both from 1, as libyaml counts them.
    private static func position(of mark: Mark, in text: String.UnicodeScalarView) -> String.Index? {
        var index = text.startIndex
        var line = 1
        while line < mark.line, index < text.endIndex {
            switch text[index] {
            case "\r":
                let next = text.index(after: index)
                if next < text.endIndex, text[next] == "\n" { index = next }
                line += 1
            case "\n", "\u{85}", "\u{2028}", "\u{2029}": line += 1
            default: break
            }
            index = text.index(after: index)
        }
        guard line == mark.line else { return nil }
        return text.index(index, offsetBy: mark.column - 1, limitedBy: text.endIndex).flatMap {
            $0 == text.endIndex ? nil : $0
        }
    }
}

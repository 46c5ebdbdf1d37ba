import ClawBase
public import ClawDocuments

/// A field selector as text: `metadata.name=web,status.phase!=Running`.
///
/// In a value `\`, `,` and `=` are written with a `\` before them.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/>
public struct FieldQuery: Sendable, Hashable {
    public struct Requirement: Sendable, Hashable {
        public var path: String
        public var value: String
        public var isEqual: Bool
    }

    public var requirements: [Requirement]

    /// - Throws: ``Finding`` with ``FindingCode/badRequest`` naming the part that cannot be read.
    public init(parsing text: String) throws {
        requirements = try Self.split(text).filter { !$0.isEmpty }.map(Self.parse)
    }

    /// An absent field equals the empty text, as in Kubernetes.
    /// - Parameter switches: paths whose absence means `false`.
    public func matches(_ object: JSONObject, switches: Set<String> = []) -> Bool {
        requirements.allSatisfy { requirement in
            let found = JSON.object(object).value(at: requirement.path.split(separator: "."))
            let text =
                switch found {
                case .string(let text): text
                case .bool(let value): String(value)
                case .integer(let value): String(value)
                default: switches.contains(requirement.path) ? "false" : ""
                }
            return (text == requirement.value) == requirement.isEqual
        }
    }

    /// Splits at commas that no backslash precedes.
    private static func split(_ text: String) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isEscaped = false
        for index in text.indices {
            if text[index] == ",", !isEscaped {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
            isEscaped = text[index] == "\\" && !isEscaped
        }
        return parts + [text[start...]]
    }

    private static func parse(_ part: Substring) throws -> Requirement {
        let bad = Finding(.badRequest, "The field selector '\(part)' cannot be read; write path=value or path!=value.")
        guard let sign = part.firstIndex(where: { $0 == "=" || $0 == "!" }), sign > part.startIndex else { throw bad }
        let path = String(part[..<sign])
        let rest = part[sign...]
        for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] where rest.hasPrefix(sign) {
            guard let value = unescape(rest.dropFirst(sign.count)) else { throw bad }
            return Requirement(path: path, value: value, isEqual: isEqual)
        }
        throw bad
    }

    /// nil where a sign stands that had to be escaped, or an escape that means nothing.
    private static func unescape(_ text: Substring) -> String? {
        var value = ""
        var isEscaped = false
        for character in text {
            switch (character, isEscaped) {
            case ("\\", false): isEscaped = true
            case ("\\", true), (",", true), ("=", true):
                value.append(character)
                isEscaped = false
            case ("=", false), (_, true): return nil
            default: value.append(character)
            }
        }
        return isEscaped ? nil : value
    }
}

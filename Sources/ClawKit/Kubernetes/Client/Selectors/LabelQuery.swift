import ClawBase

/// A label selector as text: `app=web,tier in (a,b),!legacy`.
/// Grammar: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>
public struct LabelQuery: Sendable, Hashable {
    public enum Requirement: Sendable, Hashable {
        case exists(String)
        case doesNotExist(String)
        case isIn(String, Set<String>)
        case isNotIn(String, Set<String>)
    }

    public var requirements: [Requirement]

    public static let everything = LabelQuery(requirements: [])

    public init(requirements: [Requirement]) { self.requirements = requirements }

    public func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }

    /// - Throws: ``Finding`` with ``FindingCode/badRequest`` naming the part that cannot be read.
    public init(parsing text: String) throws {
        requirements = try Self.split(text).map(Self.parseRequirement)
    }

    /// Splits at commas outside parentheses.
    private static func split(_ text: String) -> [Substring] {
        var parts: [Substring] = []
        var depth = 0
        var start = text.startIndex
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        parts.append(text[start...])
        return parts.map(trim).filter { !$0.isEmpty }
    }

    private static func parseRequirement(_ part: Substring) throws -> Requirement {
        func bad() -> Finding {
            Finding(.badRequest, "The label selector '\(part)' cannot be read; write key=value, key in (a,b) or !key.")
        }
        if part.hasPrefix("!") {
            let key = trim(part.dropFirst())
            guard isKey(key) else { throw bad() }
            return .doesNotExist(String(key))
        }
        if let operation = part.firstRange(of: "!=") {
            return .isNotIn(try key(part[..<operation.lowerBound], bad), [String(trim(part[operation.upperBound...]))])
        }
        if let operation = part.firstRange(of: "==") ?? part.firstRange(of: "=") {
            return .isIn(try key(part[..<operation.lowerBound], bad), [String(trim(part[operation.upperBound...]))])
        }
        if part.hasSuffix(")"), let open = part.firstIndex(of: "(") {
            let words = part[..<open].split(separator: " ")
            let values = part[part.index(after: open)..<part.index(before: part.endIndex)]
                .split(separator: ",", omittingEmptySubsequences: false).map { String(trim($0)) }
            guard words.count == 2 else { throw bad() }
            switch words[1] {
            case "in": return .isIn(try key(words[0], bad), Set(values))
            case "notin": return .isNotIn(try key(words[0], bad), Set(values))
            default: throw bad()
            }
        }
        return .exists(try key(part, bad))
    }

    private static func key(_ text: Substring, _ bad: () -> Finding) throws -> String {
        let key = trim(text)
        guard isKey(key) else { throw bad() }
        return String(key)
    }

    private static func isKey(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }

    private static func trim(_ text: Substring) -> Substring {
        let start = text.firstIndex { $0 != " " } ?? text.endIndex
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? start
        return text[start..<end]
    }
}

extension LabelQuery.Requirement {
    public func matches(_ labels: [String: String]) -> Bool {
        switch self {
        case .exists(let key): labels[key] != nil
        case .doesNotExist(let key): labels[key] == nil
        case .isIn(let key, let values): labels[key].map(values.contains) ?? false
        case .isNotIn(let key, let values): !(labels[key].map(values.contains) ?? false)
        }
    }
}

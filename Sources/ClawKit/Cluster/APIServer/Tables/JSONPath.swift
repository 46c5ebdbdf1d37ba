import ClawDocuments

/// The paths that printer columns, and `kubectl -o jsonpath`, name values by.
/// <https://kubernetes.io/docs/reference/kubectl/jsonpath/>
struct JSONPath: Sendable {
    private enum Step: Sendable {
        case member(String)
        case everything
        /// The same at every depth.
        case descendants(String)
        case slice(from: Int?, to: Int?)
        case element(Int)
        /// `[?(@.a.b == "c")]`; without a comparison whatever has the value.
        case filter([String], comparison: String, JSON?)
    }

    private var steps: [Step] = []

    /// nil where the text is no path.
    init?(_ text: String) {
        var text = text[...]
        if text.hasPrefix("{"), text.hasSuffix("}") { text = text.dropFirst().dropLast() }
        if text.hasPrefix("$") { text = text.dropFirst() }
        while let first = text.first {
            switch first {
            case ".":
                let isDeep = text.hasPrefix("..")
                text = text.dropFirst(isDeep ? 2 : 1)
                if text.isEmpty { break }
                if text.first == "[" { continue }
                let name = Self.name(&text)
                guard !name.isEmpty else { return nil }
                steps.append(isDeep ? .descendants(name) : name == "*" ? .everything : .member(name))
            case "[":
                guard let step = Self.bracket(&text) else { return nil }
                steps.append(step)
            default:
                guard steps.isEmpty else { return nil }
                steps.append(.member(Self.name(&text)))
            }
        }
    }

    /// Up to the next dot or bracket; a backslash takes the meaning from what follows.
    private static func name(_ text: inout Substring) -> String {
        var name = ""
        while let character = text.first, character != ".", character != "[" {
            text = text.dropFirst()
            if character == "\\", let next = text.popFirst() { name.append(next) } else { name.append(character) }
        }
        return name
    }

    private static func bracket(_ text: inout Substring) -> Step? {
        // A bracket may stand within quotes.
        var quote: Character?
        guard
            let end = text.indices.first(where: { index in
                let character = text[index]
                if let open = quote {
                    if character == open { quote = nil }
                } else if character == "'" || character == "\"" {
                    quote = character
                } else {
                    return character == "]"
                }
                return false
            })
        else { return nil }
        let inner = text[text.index(after: text.startIndex)..<end]
        text = text[text.index(after: end)...]
        if inner == "*" { return .everything }
        if inner.hasPrefix("?(") { return filter(inner.dropFirst(2).dropLast()) }
        if let quote = inner.first, quote == "'" || quote == "\"" {
            return .member(String(inner.dropFirst().dropLast()))
        }
        if inner.contains(":") {
            let parts = inner.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            return .slice(from: parts[0], to: parts[1])
        }
        return Int(inner).map { .element($0) }
    }

    private static func filter(_ text: Substring) -> Step? {
        let comparisons = ["==", "!=", "<=", ">=", "<", ">"]
        let found = text.indices.lazy.compactMap { index in
            comparisons.first { text[index...].hasPrefix($0) }.map { (index, $0) }
        }.first
        let left = text[..<(found?.0 ?? text.endIndex)].filter { $0 != " " }
        guard left.hasPrefix("@") else { return nil }
        let path = left.dropFirst().split(separator: ".").map(String.init)
        guard let (index, comparison) = found else { return .filter(path, comparison: "", nil) }
        var literal = String(text[index...].dropFirst(comparison.count))
        while literal.first == " " { literal.removeFirst() }
        while literal.last == " " { literal.removeLast() }
        if literal.hasPrefix("'") { literal = "\"\(literal.dropFirst().dropLast())\"" }
        return .filter(path, comparison: comparison, (try? JSONParser.parse(Array(literal.utf8))) ?? .string(literal))
    }

    /// All values there are; a member that is missing has none.
    func values(in document: JSON) -> [JSON] {
        steps.reduce([document]) { found, step in found.flatMap { Self.apply(step, $0) } }
    }

    private static func apply(_ step: Step, _ value: JSON) -> [JSON] {
        switch (step, value) {
        case (.member(let name), _): return value[name].map { [$0] } ?? []
        case (.everything, .object(let object)): return object.map(\.value)
        case (.everything, .array(let elements)): return elements
        case (.descendants(let name), .object(let object)):
            return (object[name].map { [$0] } ?? []) + object.flatMap { apply(step, $0.value) }
        case (.descendants, .array(let elements)): return elements.flatMap { apply(step, $0) }
        case (.element(let index), .array(let elements)):
            let place = index < 0 ? elements.count + index : index
            return elements.indices.contains(place) ? [elements[place]] : []
        case (.slice(let from, let to), .array(let elements)):
            func clamp(_ index: Int) -> Int { min(max(index < 0 ? elements.count + index : index, 0), elements.count) }
            let (first, last) = (clamp(from ?? 0), clamp(to ?? elements.count))
            return first < last ? Array(elements[first..<last]) : []
        case (.filter(let path, let comparison, let literal), .array(let elements)):
            return elements.filter { element in
                guard let found = element.value(at: path) else { return false }
                return literal.map { holds(found, comparison, $0) } ?? true
            }
        default: return []
        }
    }

    private static func holds(_ value: JSON, _ comparison: String, _ literal: JSON) -> Bool {
        switch comparison {
        case "==": return value == literal
        case "!=": return value != literal
        default: break
        }
        let order: (Bool, Bool)
        if let a = value.number, let b = literal.number {
            order = (a < b, a == b)
        } else if let a = value.string, let b = literal.string {
            order = (a < b, a == b)
        } else {
            return false
        }
        return switch comparison {
        case "<": order.0
        case "<=": order.0 || order.1
        case ">": !order.0 && !order.1
        default: !order.0
        }
    }
}

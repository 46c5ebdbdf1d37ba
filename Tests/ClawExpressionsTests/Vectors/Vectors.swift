import Testing

@testable import ClawExpressions

/// The standard's conformance tests, one a line: `expression  ⇒  value`.
///
/// Derived by a script from `tests/simple/testdata` of the Common Expression Language's specification (Apache License
/// 2.0): each test's expression, and its expected value written as a literal of the language; `!` stands for any error.
/// Behind `⊢` come variables and their values; `~` in front marks expressions that are not to be type-checked, `¶` a
/// line's end. Left out is what concerns protocol buffers, containers and values that are not known, and 16 tests that
/// cel-go itself, in Kubernetes' version, answers otherwise (a later `format`, places beyond a string's end, the
/// milliseconds of durations).
struct Vectors: Sendable, CustomTestStringConvertible {
    let expression: String
    let expected: String
    let bindings: [(name: String, value: String)]
    let isUnchecked: Bool
    let testDescription: String

    static func read(_ text: String) -> [Vectors] {
        text.split(separator: "\n").map { line in
            var parts = line.components(by: "  ⊢  ")
            let bindings = parts.count > 1 ? parts[1].components(by: " ; ") : []
            parts = parts[0].components(by: "  ⇒  ")
            let isUnchecked = parts[0].hasPrefix("~")
            let expression = isUnchecked ? parts[0].dropFirst() : parts[0]
            return Vectors(
                expression: String(expression.map { $0 == "¶" ? "\n" : $0 == "␍" ? "\r" : $0 }),
                expected: String(parts[1]),
                bindings: bindings.map { binding in
                    let halves = binding.components(by: " = ")
                    return (String(halves[0]), halves.dropFirst().joined(separator: " = "))
                }, isUnchecked: isUnchecked, testDescription: String(line))
        }
    }
}

extension Substring {
    fileprivate func components(by separator: String) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(separator) {
                parts.append(self[start..<index])
                index = self.index(index, offsetBy: separator.count)
                start = index
            } else {
                index = self.index(after: index)
            }
        }
        return parts + [self[start...]]
    }
}

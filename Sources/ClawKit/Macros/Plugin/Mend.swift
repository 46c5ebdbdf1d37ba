#if Macros
import ClawExpressions

/// What to do about a text that another language does not take: a half sentence, or nothing.
enum Mend {
    private static let patterns = [
        ("missing closing )", "close the bracket, or write '\\(' for the character"),
        ("unexpected )", "open the bracket, or write '\\)' for the character"),
        ("missing closing ]", "close the class, or write '\\[' for the character"),
        ("invalid or unsupported Perl syntax", "RE2 does not look ahead or back; say it with a second '.rule'"),
        ("invalid escape sequence", "RE2 knows no such escape, and no references back"),
        ("missing argument to repetition operator", "put before it what is repeated, or escape it"),
        ("invalid nested repetition operator", "group what is repeated: '(?:…)'"),
        ("invalid repeat count", "at most 1000, the smaller number first"),
        ("invalid character class range", "the lower character comes first"),
    ]

    static func ofPattern(_ problem: String) -> String {
        patterns.first { problem.hasPrefix($0.0) }.map { "; \($0.1)" } ?? ""
    }

    /// Without what only cel-go's own users know: its container, and every token that could have stood there.
    static func plain(_ problem: String) -> String {
        var text = problem.replacing(" (in container '')", with: "")
            .replacing("mismatched input '<EOF>'", with: "it ends too soon")
        if let rest = text.firstRange(of: " expecting {") { text.removeSubrange(rest.lowerBound...) }
        return text
    }

    static func ofRule(_ problem: String, _ type: DeclaredType, _ environment: Environment) -> String {
        let name = problem.split(separator: "'", omittingEmptySubsequences: false).dropFirst().first.map(String.init)
        if problem.hasPrefix("undefined field"), let name {
            return nearest(name, fields(type)).map { "; write '\($0)' if that is meant" }
                ?? "; declare it, or leave it out"
        }
        if problem.hasPrefix("undeclared reference"), let name {
            return nearest(name, environment.names).map { "; write '\($0)' if that is meant" }
                ?? "; a rule knows 'self', 'oldSelf' and the functions of Kubernetes"
        }
        if problem.hasPrefix("found no matching overload") {
            return "; convert one side, as with 'int(…)', 'double(…)' or 'string(…)'"
        }
        return problem.hasPrefix("Syntax error") ? "; see https://kubernetes.io/docs/reference/using-api/cel/" : ""
    }

    private static func fields(_ type: DeclaredType) -> Set<String> {
        var all = Set(type.fields.keys)
        for field in type.fields.values { all.formUnion(fields(field.type)) }
        return all.union(type.element.map(fields) ?? [])
    }

    /// The name with the fewest letters to change, if they are few.
    private static func nearest(_ name: String, _ names: Set<String>) -> String? {
        let all = names.sorted().map { ($0, distance(name, $0)) }
        guard let best = all.min(by: { $0.1 < $1.1 }), best.1 <= name.count / 3 else { return nil }
        return best.0
    }

    /// How many letters are put in, left out or changed (Levenshtein 1965).
    private static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one), Array(other))
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let changed = diagonal + (letter == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
#endif

/// A regular expression in RE2's syntax (<https://github.com/google/re2/wiki/Syntax>), matched in time linear in the
/// text whatever the pattern: all ways to match are followed at once (Thompson 1968, with Pike's order of preference).
public struct Pattern: Sendable {
    private let program: PatternProgram

    /// - Throws: what is wrong with the pattern, in Go's words.
    public init(_ text: String) throws(PatternError) {
        let tree = try PatternParser.parse(text)
        program = try PatternProgram(tree)
    }

    /// Whether the pattern occurs anywhere in the text.
    public func matches(_ text: String) -> Bool {
        var machine = PatternMachine(program, text)
        return machine.match(from: 0, wantsPlace: false) != nil
    }

    /// The leftmost matches one after another, at most `limit`, each the one a backtracking engine would prefer.
    func find(in text: String, limit: Int) -> [String] {
        var machine = PatternMachine(program, text)
        var found: [String] = []
        var start = 0
        var previousEnd = -1
        while found.count < limit, start <= machine.scalars.count,
            let match = machine.match(from: start, wantsPlace: true)
        {
            // An empty match right behind the previous one does not count.
            if !(match.isEmpty && match.lowerBound == previousEnd) {
                found.append(Texts.text(machine.scalars[match]))
            }
            previousEnd = match.upperBound
            start = match.isEmpty ? match.upperBound + 1 : match.upperBound
        }
        return found
    }
}

/// Why a text is no regular expression.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ problem: String, _ part: some StringProtocol) {
        description = "error parsing regexp: \(problem): `\(part)`"
    }
}

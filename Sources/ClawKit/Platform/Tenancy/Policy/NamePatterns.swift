/// A set of names, said by patterns of which each stands for the names that begin so.
struct NamePatterns: Sendable, Hashable {
    enum Form: Sendable, Hashable {
        /// `gpt-*` stands for all that begin with `gpt-`, every other word for itself.
        case star
        /// `ghcr.io/acme` stands for itself and all paths below it.
        case path
    }

    let form: Form
    /// Sorted; none stands for no name at all.
    let patterns: [String]

    init(_ form: Form, _ patterns: some Sequence<String>) {
        (self.form, self.patterns) = (form, Set(patterns).sorted())
    }

    func contains(_ name: String) -> Bool { patterns.contains { covers($0, name) } }

    /// Whether every name that the other pattern stands for is one of this pattern's.
    private func covers(_ pattern: String, _ other: String) -> Bool {
        switch form {
        case .star: pattern.last == "*" ? other.hasPrefix(pattern.dropLast()) : pattern == other
        case .path: pattern == other || (other.hasPrefix(pattern) && other.dropFirst(pattern.count).first == "/")
        }
    }

    /// The names of both. Two patterns have names in common only where one covers the other.
    func intersection(_ other: NamePatterns) -> NamePatterns {
        let common = patterns.flatMap { mine in
            other.patterns.compactMap { covers(mine, $0) ? $0 : covers($0, mine) ? mine : nil }
        }
        let all = Set(common)
        return NamePatterns(form, all.filter { one in !all.contains { $0 != one && covers($0, one) } })
    }

    /// A pattern that stands for more than the other set.
    func excess(over other: NamePatterns) -> String? {
        patterns.first { mine in !other.patterns.contains { covers($0, mine) } }
    }
}

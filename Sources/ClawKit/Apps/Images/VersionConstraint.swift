/// Which versions are wanted: `^1.2`, `~1.2.3`, `>=1 <3`, `1.x`, `1.2 - 2.0`, and alternatives with `||` between them.
///
/// The language of Masterminds/semver, which One-Click reads constraints with.
struct VersionConstraint: Sendable, Hashable {
    /// From the first version on, up to but without the second.
    private struct Span: Sendable, Hashable {
        var lowest = TagVersion([0, 0, 0])
        var highest: TagVersion?
        var excluded: [TagVersion] = []

        func contains(_ version: TagVersion) -> Bool {
            !(version < lowest) && (highest.map { version < $0 } ?? true) && !excluded.contains(version)
        }

        mutating func narrow(from low: TagVersion? = nil, to high: TagVersion? = nil) {
            if let low, lowest < low { lowest = low }
            if let high { highest = highest.map { min($0, high) } ?? high }
        }
    }

    private let alternatives: [Span]

    /// nil where the text is no constraint.
    init?(_ text: String) {
        guard text.utf8.count <= 500 else { return nil }
        var alternatives: [Span] = []
        for part in text.replacingAll("||", with: "|").split(separator: "|", omittingEmptySubsequences: false) {
            guard let span = Self.span(part) else { return nil }
            alternatives.append(span)
        }
        self.alternatives = alternatives
    }

    /// Looks at the three numbers alone.
    func contains(_ version: TagVersion) -> Bool { alternatives.contains { $0.contains(version.base) } }

    private static func span(_ text: Substring) -> Span? {
        var span = Span()
        let words = joined(text.split { $0 == "," || $0.isWhitespace }.map(String.init))
        guard !words.isEmpty else { return nil }
        if words.count == 3, words[1] == "-" {
            guard let low = Bound(words[0]), let high = Bound(words[2]) else { return nil }
            span.narrow(from: low.lowest, to: high.next)
            return span
        }
        for word in words {
            let sign = word.prefix { "<>=!~^".contains($0) }
            guard let bound = Bound(String(word.dropFirst(sign.count))) else { return nil }
            switch sign {
            case "", "=": span.narrow(from: bound.lowest, to: bound.next)
            case ">=", "=>": span.narrow(from: bound.lowest)
            case ">": span.narrow(from: bound.next ?? .endless)
            case "<": span.narrow(to: bound.lowest)
            case "<=", "=<": span.narrow(to: bound.next)
            case "~", "~>": span.narrow(from: bound.lowest, to: bound.nextMinor)
            case "^": span.narrow(from: bound.lowest, to: bound.nextBreaking)
            case "!=":
                guard bound.count == 3 else { return nil }
                span.excluded.append(bound.lowest)
            default: return nil
            }
        }
        return span
    }

    /// `>= 1.2` is one word.
    private static func joined(_ words: [String]) -> [String] {
        var joined: [String] = []
        for word in words {
            if let last = joined.last, last.allSatisfy({ "<>=!~^".contains($0) }) {
                joined[joined.count - 1] = last + word
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    /// A version of which the last numbers may be left out, or be `x`, `X` or `*`.
    private struct Bound {
        let numbers: [UInt64]
        var count: Int { numbers.count }

        init?(_ text: String) {
            let text = text.first == "v" ? text.dropFirst() : text[...]
            var numbers: [UInt64] = []
            var isOpen = false
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard (1...3).contains(parts.count) else { return nil }
            for part in parts {
                if ["x", "X", "*"].contains(part) {
                    isOpen = true
                } else {
                    guard !isOpen, (1...18).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                        let number = UInt64(part)
                    else { return nil }
                    numbers.append(number)
                }
            }
            self.numbers = numbers
        }

        private func version(_ numbers: [UInt64]) -> TagVersion {
            TagVersion(numbers + Array(repeating: 0, count: 3 - numbers.count))
        }

        private func raised(at index: Int) -> TagVersion { version(numbers.prefix(index) + [numbers[index] + 1]) }

        var lowest: TagVersion { version(numbers) }
        /// The first version that the bound no longer means; nil where it means all.
        var next: TagVersion? { numbers.isEmpty ? nil : raised(at: numbers.count - 1) }
        var nextMinor: TagVersion? { numbers.isEmpty ? nil : raised(at: min(1, numbers.count - 1)) }
        /// That of the first number which is not 0.
        var nextBreaking: TagVersion? {
            numbers.isEmpty ? nil : raised(at: numbers.firstIndex { $0 != 0 } ?? numbers.count - 1)
        }
    }
}

extension TagVersion {
    /// Above every tag's.
    fileprivate static let endless = TagVersion([.max, .max, .max])
}

extension String {
    fileprivate func replacingAll(_ part: String, with other: String) -> String {
        var out = ""
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            out += rest[..<range.lowerBound] + other
            rest = rest[range.upperBound...]
        }
        return out + rest
    }
}

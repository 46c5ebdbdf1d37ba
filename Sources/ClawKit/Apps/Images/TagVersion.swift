/// A tag read as a version: `1.29.3`, `v1.29`, `2`, `1.29.3-alpine`. The order is that of semver.org 2.0.0, where
/// numbers left out count as 0 and, of versions equal otherwise, the one written out further is the greater.
struct TagVersion: Sendable, Hashable {
    var numbers: [UInt64]
    /// What stands behind the first dash, cut at its dots.
    var suffix: [String]
    /// How many of the three numbers the tag has.
    let precision: Int

    init?(_ tag: String) {
        let text = tag.first == "v" || tag.first == "V" ? tag.dropFirst() : tag[...]
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
        guard (1...3).contains(numbers.count), numbers.allSatisfy({ $0 != nil }) else { return nil }
        let suffix = parts.count == 1 ? [] : parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard suffix.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isIdentifier) }) else { return nil }
        precision = numbers.count
        self.numbers = numbers.compactMap(\.self) + Array(repeating: 0, count: 3 - numbers.count)
        self.suffix = suffix.map(String.init)
    }

    init(_ numbers: [UInt64]) { (self.numbers, suffix, precision) = (numbers, [], 3) }

    /// The version without what stands behind the dash.
    var base: TagVersion { TagVersion(numbers) }

    private static func number(_ text: Substring) -> UInt64? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(text)
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-_".utf8.contains(byte)
    }
}

extension TagVersion: Comparable {
    static func < (a: TagVersion, b: TagVersion) -> Bool {
        for (x, y) in zip(a.numbers, b.numbers) where x != y { return x < y }
        if a.suffix != b.suffix {
            // A version comes before the release that it leads to.
            if a.suffix.isEmpty || b.suffix.isEmpty { return b.suffix.isEmpty }
            for (x, y) in zip(a.suffix, b.suffix) where x != y { return isLess(x, y) }
            return a.suffix.count < b.suffix.count
        }
        return a.precision < b.precision
    }

    private static func isLess(_ a: String, _ b: String) -> Bool {
        switch (number(a[...]), number(b[...])) {
        case (let x?, let y?): x != y ? x < y : a.utf8.count < b.utf8.count
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): a.utf8.lexicographicallyPrecedes(b.utf8)
        }
    }
}

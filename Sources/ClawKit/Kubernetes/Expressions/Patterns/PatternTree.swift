/// A regular expression as a tree.
indirect enum PatternTree: Sendable {
    case empty
    case set(ScalarSet)
    case assertion(Assertion)
    case sequence([PatternTree])
    case choice([PatternTree])
    case repeated(PatternTree, min: Int, max: Int?, isGreedy: Bool)

    enum Assertion: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }
}

/// A set of code points, as sorted ranges that do not touch.
struct ScalarSet: Sendable, Hashable {
    private(set) var ranges: [ClosedRange<UInt32>] = []

    static let all = ScalarSet([0...0x10FFFF])
    static let digits = ScalarSet([48...57])
    static let spaces = ScalarSet([9...10, 12...13, 32...32])
    static let words = ScalarSet([48...57, 65...90, 95...95, 97...122])

    init(_ ranges: [ClosedRange<UInt32>] = []) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, UInt64(range.lowerBound) <= UInt64(last.upperBound) + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    var inverted: ScalarSet {
        var next: UInt32 = 0
        var gaps: [ClosedRange<UInt32>] = []
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    /// The set with the other cases of its ASCII letters, and of single others.
    var ignoringCase: ScalarSet {
        var added = ranges
        for range in ranges {
            for (letters, shift) in [(65...90, 32), (97...122, -32)] as [(ClosedRange<UInt32>, Int)]
            where range.overlaps(letters) {
                let part = range.clamped(to: letters)
                added.append(UInt32(Int(part.lowerBound) + shift)...UInt32(Int(part.upperBound) + shift))
            }
            if range.count == 1, range.lowerBound > 127, let scalar = Unicode.Scalar(range.lowerBound) {
                for text in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
                where text.unicodeScalars.count == 1 {
                    text.unicodeScalars.forEach { added.append($0.value...$0.value) }
                }
            }
        }
        return ScalarSet(added)
    }

    func contains(_ scalar: UInt32) -> Bool {
        if ranges.count <= 4 {
            for range in ranges where range.contains(scalar) { return true }
            return false
        }
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }
}

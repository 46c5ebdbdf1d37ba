/// A set of completion indexes, in the text form of a Job's status: `0,3-5,7`.
struct JobIndexes: Sendable, Hashable, CustomStringConvertible {
    private(set) var ranges: [ClosedRange<Int>] = []

    init() {}

    /// - Parameter limit: indexes from there on are left out, as are parts that cannot be read.
    init(_ text: String, below limit: Int) {
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", maxSplits: 1).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, 0 <= first, first <= last, first < limit else {
                continue
            }
            append(first...min(last, limit - 1))
        }
    }

    var count: Int { ranges.reduce(0) { $0 + $1.count } }
    var isEmpty: Bool { ranges.isEmpty }

    func contains(_ index: Int) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(index)
    }

    func union(_ indexes: some Sequence<Int>) -> JobIndexes {
        var union = JobIndexes()
        let all = ranges + indexes.map { $0...$0 }
        for range in all.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            union.append(range)
        }
        return union
    }

    func countOfCommon(with other: JobIndexes) -> Int {
        var (mine, others, common) = (0, 0, 0)
        while mine < ranges.count, others < other.ranges.count {
            let (a, b) = (ranges[mine], other.ranges[others])
            common += max(0, min(a.upperBound, b.upperBound) - max(a.lowerBound, b.lowerBound) + 1)
            if a.upperBound <= b.upperBound { mine += 1 }
            if b.upperBound <= a.upperBound { others += 1 }
        }
        return common
    }

    /// The first indexes that are not in the set, in order.
    func missing(_ count: Int, below limit: Int) -> [Int] {
        var missing: [Int] = []
        var candidate = 0
        for range in ranges {
            while candidate < range.lowerBound, candidate < limit, missing.count < count {
                missing.append(candidate)
                candidate += 1
            }
            candidate = max(candidate, range.upperBound + 1)
        }
        while candidate < limit, missing.count < count {
            missing.append(candidate)
            candidate += 1
        }
        return missing
    }

    /// Two neighbours are written as two, three and more as a range.
    var description: String {
        ranges.map { range in
            switch range.count {
            case 1: "\(range.lowerBound)"
            case 2: "\(range.lowerBound),\(range.upperBound)"
            default: "\(range.lowerBound)-\(range.upperBound)"
            }
        }.joined(separator: ",")
    }

    private mutating func append(_ range: ClosedRange<Int>) {
        if let last = ranges.last, range.lowerBound <= last.upperBound + 1 {
            ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
            ranges.append(range)
        }
    }
}

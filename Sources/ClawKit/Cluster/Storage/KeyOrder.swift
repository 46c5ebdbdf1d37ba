/// The keys of a collection in their order, in runs of bounded length: a key that comes or goes moves few others.
///
/// What comes and goes is noted, and entered when somebody reads: most writes are not followed by a list.
struct KeyOrder {
    typealias Key = ObjectStore.Key

    private static let longestRun = 1024
    private static let mostNoted = 1024

    private var runs: [[Key]] = []
    private var noted: [(key: Key, isAdded: Bool)] = []
    /// So much has changed that sorting anew is quicker.
    private var isOutdated = false

    mutating func note(added key: Key) { note(key, isAdded: true) }
    mutating func note(removed key: Key) { note(key, isAdded: false) }

    private mutating func note(_ key: Key, isAdded: Bool) {
        if isOutdated { return }
        noted.append((key, isAdded))
        guard noted.count > Swift.max(Self.mostNoted, runs.count * (Self.longestRun / 8)) else { return }
        (runs, noted, isOutdated) = ([], [], true)
    }

    /// Enters what was noted.
    /// - Parameter all: the keys there are now.
    mutating func settle(_ all: some Collection<Key>) {
        if isOutdated {
            let sorted = all.sorted()
            let length = Self.longestRun / 2
            runs = stride(from: 0, to: sorted.count, by: length).map { Array(sorted[$0...].prefix(length)) }
            isOutdated = false
        } else {
            for (key, isAdded) in noted { if isAdded { insert(key) } else { remove(key) } }
        }
        noted = []
    }

    private mutating func insert(_ key: Key) {
        guard !runs.isEmpty else { return runs.append([key]) }
        let place = lowerBound { $0 < key }
        // Behind the last key of all is still in the last run.
        let last = runs.count - 1
        let (run, offset) = place.run <= last ? (place.run, place.offset) : (last, runs[last].count)
        if offset < runs[run].count, runs[run][offset] == key { return }
        runs[run].insert(key, at: offset)
        guard runs[run].count > Self.longestRun else { return }
        let half = runs[run].count / 2
        runs.insert(Array(runs[run][half...]), at: run + 1)
        runs[run].removeSubrange(half...)
    }

    private mutating func remove(_ key: Key) {
        let place = lowerBound { $0 < key }
        guard place.run < runs.count, runs[place.run][place.offset] == key else { return }
        runs[place.run].remove(at: place.offset)
        if runs[place.run].isEmpty { runs.remove(at: place.run) }
    }

    // MARK: searching

    /// The place of the first key behind another.
    func firstIndex(after key: Key) -> Index { lowerBound { !(key < $0) } }

    func range(ofNamespace namespace: String) -> Range<Index> {
        lowerBound { $0.namespace < namespace }..<lowerBound { $0.namespace <= namespace }
    }

    /// The first place whose key is not before what is sought.
    private func lowerBound(_ isBefore: (Key) -> Bool) -> Index {
        let run = Self.partition(runs.count) { isBefore(runs[$0][runs[$0].count - 1]) }
        guard run < runs.count else { return endIndex }
        return Index(run: run, offset: Self.partition(runs[run].count) { isBefore(runs[run][$0]) })
    }

    /// The first of so many numbers that is not before.
    private static func partition(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension KeyOrder: Collection {
    struct Index: Comparable {
        var run: Int
        var offset: Int

        static func < (a: Index, b: Index) -> Bool { (a.run, a.offset) < (b.run, b.offset) }
    }

    var startIndex: Index { Index(run: 0, offset: 0) }
    var endIndex: Index { Index(run: runs.count, offset: 0) }

    func index(after index: Index) -> Index {
        index.offset + 1 < runs[index.run].count
            ? Index(run: index.run, offset: index.offset + 1) : Index(run: index.run + 1, offset: 0)
    }

    subscript(index: Index) -> Key { runs[index.run][index.offset] }

    var count: Int { runs.reduce(0) { $0 + $1.count } }

    /// In time linear in the runs between the two.
    func distance(from start: Index, to end: Index) -> Int {
        if end < start { return -distance(from: end, to: start) }
        return runs[start.run..<end.run].reduce(end.offset - start.offset) { $0 + $1.count }
    }
}

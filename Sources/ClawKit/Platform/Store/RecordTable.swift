/// The rows of one kind.
struct RecordTable: Sendable {
    private(set) var rows: [String: RecordRow] = [:]
    /// Index name, then value, to the keys that have it.
    private var indexes: [String: [String: Set<String>]] = [:]
    /// The keys in order; nil after rows came or went, until somebody asks for the order again.
    private var sortedKeys: [String]?
    private var retirable = RetirementQueue()

    mutating func set(_ key: String, from old: RecordRow?, to new: RecordRow?) {
        for index in old?.indexes ?? [] {
            indexes[index.name]?[index.value]?.remove(key)
            if indexes[index.name]?[index.value]?.isEmpty == true { indexes[index.name]?[index.value] = nil }
        }
        for index in new?.indexes ?? [] { indexes[index.name, default: [:]][index.value, default: []].insert(key) }
        if (old == nil) != (new == nil) { sortedKeys = nil }
        if old?.isRetirable == true { retirable.count -= 1 }
        if let new, new.isRetirable {
            retirable.count += 1
            retirable.line.append((key, new.version))
        }
        rows[key] = new
    }

    /// Who already has one of these values, where only one may.
    func holder(ofAny wanted: [RecordIndex], otherThan key: String) -> (RecordIndex, String)? {
        for index in wanted where index.isUnique {
            if let holder = indexes[index.name]?[index.value]?.first(where: { $0 != key }) { return (index, holder) }
        }
        return nil
    }

    mutating func select(_ query: RecordQuery) -> [RecordRow] {
        let keys: [String]
        if let (name, value) = query.index {
            keys = indexes[name]?[value]?.sorted(by: utf8Order) ?? []
        } else {
            keys = sortedKeys ?? rows.keys.sorted(by: utf8Order)
            sortedKeys = keys
        }
        guard !query.isDescending else {
            let end = query.after.map { after in keys.partitioningIndex { !utf8Order($0, after) } } ?? keys.endIndex
            return keys[..<end].suffix(query.limit).reversed().compactMap { rows[$0] }
        }
        let start = query.after.map { after in keys.partitioningIndex { utf8Order(after, $0) } } ?? keys.startIndex
        return keys[start...].prefix(query.limit).compactMap { rows[$0] }
    }

    /// The oldest retirable row, where there are more than `limit`.
    mutating func nextToRetire(keeping limit: Int?) -> RecordRow? {
        guard let limit, retirable.count > limit else { return nil }
        while let (key, version) = retirable.popFirst() {
            // Entries of rows that have changed or gone since are void.
            if let row = rows[key], row.isRetirable, row.version == version { return row }
        }
        return nil
    }
}

/// Keys of retirable rows in the order of their versions; entries may be out of date.
private struct RetirementQueue: Sendable {
    /// How many rows are retirable now.
    var count = 0
    var line: [(key: String, version: UInt64)] = []
    private var head = 0

    mutating func popFirst() -> (key: String, version: UInt64)? {
        guard head < line.count else { return nil }
        defer {
            head += 1
            if head > 1024, head * 2 > line.count {
                line.removeFirst(head)
                head = 0
            }
        }
        return line[head]
    }
}

/// Bytes decide, as in PostgreSQL's "C" collation, and not the rules of a language.
private func utf8Order(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

extension Array {
    /// The first index whose element meets a condition that all after it meet too.
    func partitioningIndex(_ belongsToSecond: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

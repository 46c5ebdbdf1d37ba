import ClawDocuments
import DequeModule

/// Parts of a collection, of now or as it was earlier, as far back as the log reaches.
extension ObjectStore {
    /// Some objects in the order of their keys.
    struct Excerpt {
        var objects: [JSONObject] = []
        /// How many follow.
        var remaining = 0
        /// Of the state they are from.
        var revision: UInt64 = 0
    }

    /// - Parameters:
    ///   - revision: of the state; nil for the present one.
    ///   - last: begins behind this key.
    ///   - limit: the most objects; 0 for all.
    /// - Returns: nil where the log no longer reaches the revision.
    ///
    /// Nothing is kept for who reads page by page: the state of his first page follows from the present one and from the
    /// log, whose events say what was there before. Costs what changed since, and what the page holds.
    func excerpt(
        _ collection: Collection, namespace: String?, at revision: UInt64?, after last: Key? = nil, limit: Int = 0
    ) -> Excerpt? {
        read(collection, changesAfter: revision) { keys, entries, changes, present in
            var earlier: [Key: JSONObject?] = [:]
            for event in changes where earlier[event.key] == nil { earlier[event.key] = .some(event.previous) }
            let isChosen = { (key: Key) in
                (namespace == nil || key.namespace == namespace) && last.map { key > $0 } ?? true
            }
            var range = namespace.map(keys.range(ofNamespace:)) ?? keys.startIndex..<keys.endIndex
            if let last { range = range.clamped(to: keys.firstIndex(after: last)..<keys.endIndex) }
            let removed = earlier.filter { $0.value != nil && entries[$0.key] == nil && isChosen($0.key) }.keys.sorted()
            let added = earlier.count { $0.value == nil && entries[$0.key] != nil && isChosen($0.key) }
            let total = keys.distance(from: range.lowerBound, to: range.upperBound) - added + removed.count
            var excerpt = Excerpt(revision: revision ?? present)
            excerpt.objects.reserveCapacity(limit == 0 ? total : min(limit, total))
            var (rest, gone) = (keys[range], removed[...])
            while limit == 0 || excerpt.objects.count < limit {
                let key: Key
                if let first = gone.first, rest.first.map({ first < $0 }) ?? true {
                    key = gone.removeFirst()
                } else if let first = rest.popFirst() {
                    key = first
                } else {
                    break
                }
                let before = earlier[key]
                if let object = before ?? entries[key]?.object { excerpt.objects.append(collection.shown(object)) }
            }
            excerpt.remaining = total - excerpt.objects.count
            return excerpt
        }
    }

    /// The objects as they were at a revision, in the order of their keys; nil where the log no longer reaches it.
    func list(_ collection: Collection, namespace: String?, at revision: UInt64) -> [JSONObject]? {
        excerpt(collection, namespace: namespace, at: revision)?.objects
    }
}

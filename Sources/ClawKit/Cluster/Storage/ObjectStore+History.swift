import ClawDocuments

/// Earlier states, as far back as the log reaches.
extension ObjectStore {
    /// The objects as they were at a revision, in the order of their keys; nil where the log no longer reaches it.
    func list(_ collection: Collection, namespace: String?, at revision: UInt64) -> [JSONObject]? {
        guard let (entries, events) = present(collection, andChangesAfter: revision) else { return nil }
        var objects = entries.mapValues(\.object)
        // Undone from the newest change back.
        for event in events.reversed() { objects[event.key] = event.previous }
        return objects.keys.filter { namespace == nil || $0.namespace == namespace }.sorted()
            .compactMap { objects[$0] }.map(collection.shown)
    }
}

import DequeModule

extension Deque<ObjectStore.Event> {
    /// The first event after a revision; revisions ascend.
    func firstIndex(after revision: UInt64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].revision > revision { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

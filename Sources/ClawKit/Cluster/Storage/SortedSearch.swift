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

extension [ObjectStore.Key] {
    /// The place of the first key behind another.
    func firstIndex(after key: ObjectStore.Key) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] > key { high = middle } else { low = middle + 1 }
        }
        return low
    }

    func range(ofNamespace namespace: String) -> Range<Int> {
        func lowerBound(_ isBefore: (String) -> Bool) -> Int {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if isBefore(self[middle].namespace) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return lowerBound { $0 < namespace }..<lowerBound { $0 <= namespace }
    }
}

import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources
import Synchronization

/// Places on capacity that were given and may not be seen yet: two runtimes that start at once do not get the same one.
final class GivenPlaces: Sendable {
    private struct Place {
        let capacity: String
        let runtime: ObjectKey
    }

    /// By the runtime's uid; as many as start at once.
    private let places = Mutex<[String: Place]>([:])
    private let uid: @Sendable (ObjectKey) -> String?

    /// - Parameter uid: of the runtime that is there now under a key.
    init(uid: @escaping @Sendable (ObjectKey) -> String?) { self.uid = uid }

    /// How many are taken.
    /// - Parameter seen: the runtimes that are seen there.
    func count(on capacity: String, seen: Set<String>) -> Int {
        places.withLock { places in
            forget(seen, on: capacity, in: &places)
            return seen.count + places.values.count { $0.capacity == capacity }
        }
    }

    /// - Returns: whether there was one left.
    func take(_ capacity: String, for runtime: Runtime, of limit: Int, seen: Set<String>) -> Bool {
        places.withLock { places in
            forget(seen, on: capacity, in: &places)
            let own = runtime.uid ?? ""
            let others = seen.union(places.filter { $0.value.capacity == capacity }.keys).subtracting([own])
            guard others.count < limit else { return false }
            places[own] = Place(capacity: capacity, runtime: ObjectKey(runtime))
            return true
        }
    }

    func giveBack(_ uid: String) { places.withLock { $0[uid] = nil } }

    /// What is seen needs no remembering; nor does what is gone.
    private func forget(_ seen: Set<String>, on capacity: String, in places: inout [String: Place]) {
        places = places.filter { entry in
            !(seen.contains(entry.key) && entry.value.capacity == capacity) && uid(entry.value.runtime) == entry.key
        }
    }
}

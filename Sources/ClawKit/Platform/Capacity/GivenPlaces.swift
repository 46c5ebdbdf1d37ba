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
    private let runtime: @Sendable (ObjectKey) -> Runtime?

    /// - Parameter runtime: the one that is there now under a key.
    init(runtime: @escaping @Sendable (ObjectKey) -> Runtime?) { self.runtime = runtime }

    /// Whether this process has given it the place, or its status says so: who may write a runtime cannot write that.
    func isGiven(_ capacity: String, to runtime: Runtime) -> Bool {
        runtime.status.capacity == capacity
            || places.withLock { $0[runtime.uid ?? ""]?.capacity == capacity }
    }

    /// How many are taken.
    /// - Parameter seen: the runtimes that are seen there.
    func count(on capacity: String, seen: Set<String>) -> Int {
        places.withLock { places in
            forget(&places)
            return seen.union(places.filter { $0.value.capacity == capacity }.keys).count
        }
    }

    /// - Returns: whether there was one left.
    func take(_ capacity: String, for runtime: Runtime, of limit: Int, seen: Set<String>) -> Bool {
        places.withLock { places in
            forget(&places)
            let own = runtime.uid ?? ""
            let others = seen.union(places.filter { $0.value.capacity == capacity }.keys).subtracting([own])
            guard others.count < limit else { return false }
            places[own] = Place(capacity: capacity, runtime: ObjectKey(runtime))
            return true
        }
    }

    func giveBack(_ uid: String) { places.withLock { $0[uid] = nil } }

    /// What a status says needs no remembering; nor does what is gone.
    private func forget(_ places: inout [String: Place]) {
        places = places.filter { uid, place in
            runtime(place.runtime).map { $0.uid == uid && $0.status.capacity != place.capacity } ?? false
        }
    }
}

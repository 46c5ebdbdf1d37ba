import ClawControl
import ClawDocuments
import ClawModels
import Synchronization

/// How many pods each owner has, counted as they change, so that nobody has to look at a thousand pods because of one.
final class PodTallies: Sendable {
    struct Counts: Sendable, Hashable {
        /// They live, and are to go on living.
        var active = 0
        /// Of the active ones.
        var ready = 0
        var terminating = 0
    }

    private struct Facts: Equatable {
        var owner: String
        var labels: JSON
        var isActive: Bool
        var isReady: Bool
        var isTerminating: Bool

        init?(_ pod: Pod) {
            guard let owner = pod.metadata.controllerReference?.uid else { return nil }
            self.owner = owner
            labels = pod.document[.metadata]?["labels"] ?? .null
            isActive = pod.isActive
            isReady = isActive && pod.isReady
            isTerminating = pod.isBeingDeleted
        }
    }
    private struct State {
        var byPod: [ObjectKey: Facts] = [:]
        /// By the labels, which are the same for nearly all of an owner's pods.
        var byOwner: [String: [JSON: Counts]] = [:]

        mutating func add(_ facts: Facts, _ sign: Int) {
            var counts = byOwner[facts.owner]?[facts.labels] ?? Counts()
            if facts.isActive { counts.active += sign }
            if facts.isReady { counts.ready += sign }
            if facts.isTerminating { counts.terminating += sign }
            byOwner[facts.owner, default: [:]][facts.labels] = counts == Counts() ? nil : counts
            if byOwner[facts.owner]?.isEmpty == true { byOwner[facts.owner] = nil }
        }
    }
    private let state = Mutex(State())

    init(_ pods: ObjectCache<Pod>) { pods.onChange { [weak self] change in self?.didChange(change) } }

    private func didChange(_ change: ObjectCache<Pod>.Change) {
        guard let pod = change.object else { return }
        let (key, new) = (ObjectKey(pod), change.new.flatMap(Facts.init))
        state.withLock { state in
            let old = state.byPod[key]
            guard old != new else { return }
            if let old { state.add(old, -1) }
            if let new { state.add(new, 1) }
            state.byPod[key] = new
        }
    }

    /// The counts of an owner's pods, for each set of labels that occurs.
    func counts(of owner: String) -> [(labels: [String: String], counts: Counts)] {
        state.withLock { $0.byOwner[owner] ?? [:] }.map { labels, counts in
            let members = (labels.object ?? JSONObject()).compactMap { name, value in value.string.map { (name, $0) } }
            return (Dictionary(members) { _, last in last }, counts)
        }
    }
}

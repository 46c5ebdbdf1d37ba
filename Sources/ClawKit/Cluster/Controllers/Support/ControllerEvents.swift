import ClawBase
import ClawKubernetes
import ClawModels
import Synchronization

/// Writes what a controller did into Events, which `kubectl describe` shows.
///
/// As in Kubernetes' own controllers an equal event is counted in the one there is, many similar ones are combined, and
/// about one object no more than a burst of 25 is written, then one in five minutes.
final class ControllerEvents: Sendable {
    enum Kind: String, Sendable { case normal = "Normal", warning = "Warning" }

    private struct Reason: Hashable {
        var uid: String
        var kind: Kind
        var reason: String
    }
    private struct Known {
        var name: String
        var count: Int
    }
    private struct About {
        var messages: Set<String> = []
        var known: [String: Known] = [:]
        var last: Timestamp
    }
    private struct Budget {
        var left = 25.0
        var at: Timestamp
    }
    private struct State {
        var about: [Reason: About] = [:]
        var budgets: [String: Budget] = [:]
        var lastStamp: Int64 = 0
    }
    private enum Write {
        case create(name: String, message: String)
        case count(name: String, count: Int, message: String)
    }

    private static let mostKnown = 1024
    private static let similarity = (messages: 10, within: Duration.seconds(600))
    private static let combined = "(combined from similar events): "

    private let client: KubernetesClient
    private let component: String
    private let time: any TimeSource
    private let state = Mutex(State())

    /// - Parameter component: who tells it: `job-controller`.
    init(_ client: KubernetesClient, _ component: String, time: any TimeSource) {
        (self.client, self.component, self.time) = (client, component, time)
    }

    func normal(_ reason: String, _ message: String, on object: some Resource) async {
        await record(.normal, reason, message, on: object)
    }

    func warning(_ reason: String, _ message: String, on object: some Resource) async {
        await record(.warning, reason, message, on: object)
    }

    /// Best effort: an event that cannot be written is lost.
    private func record<R: Resource>(_ kind: Kind, _ reason: String, _ message: String, on object: R) async {
        let key = Reason(uid: object.uid ?? "", kind: kind, reason: reason)
        let now = time.now
        switch plan(key, String(message.prefix(1024)), object.name, now) {
        case nil: return
        case .count(let name, let count, let message):
            let found = try? await client.mergePatch(
                Event.self, name, in: object.namespace ?? "default",
                [
                    "count": .integer(Int64(count)), "lastTimestamp": .string(now.rfc3339()),
                    "message": .string(message),
                ])
            // It has been deleted: the next one begins anew.
            if found == nil { state.withLock { $0.about[key] = nil } }
        case .create(let name, let message):
            let reference = ObjectReference(
                apiVersion: R.type.apiVersion, kind: R.type.kind, name: object.name, namespace: object.namespace,
                resourceVersion: object.resourceVersion, uid: object.uid)
            _ = try? await client.create(
                Event(
                    metadata: ObjectMeta(name: name, namespace: object.namespace ?? "default"),
                    involvedObject: reference, count: 1, firstTimestamp: now.rfc3339(), lastTimestamp: now.rfc3339(),
                    message: message, reason: reason, reportingComponent: component,
                    source: EventSource(component: component), type: kind.rawValue))
        }
    }

    private func plan(_ key: Reason, _ message: String, _ object: String, _ now: Timestamp) -> Write? {
        state.withLock { state in
            var budget = state.budgets[key.uid] ?? Budget(at: now)
            budget.left = min(25, budget.left + (now - budget.at).inSeconds / 300)
            budget.at = now
            defer { state.budgets[key.uid] = budget }
            guard budget.left >= 1 else { return nil }
            budget.left -= 1
            // What is forgotten costs no more than an event of its own where one might have been counted.
            if state.about.count > Self.mostKnown { state.about = [:] }
            if state.budgets.count > Self.mostKnown { state.budgets = [:] }
            var about = state.about[key] ?? About(last: now)
            if now - about.last > Self.similarity.within { about = About(last: now) }
            about.last = now
            defer { state.about[key] = about }
            about.messages.insert(message)
            let isCombined = about.messages.count >= Self.similarity.messages
            let identity = isCombined ? Self.combined : message
            let text = isCombined ? Self.combined + message : message
            if var known = about.known[identity] {
                known.count += 1
                about.known[identity] = known
                return .count(name: known.name, count: known.count, message: text)
            }
            state.lastStamp = max(now.nanoseconds, state.lastStamp + 1)
            let name = "\(object).\(String(UInt64(bitPattern: state.lastStamp), radix: 16))"
            about.known[identity] = Known(name: name, count: 1)
            return .create(name: name, message: text)
        }
    }
}

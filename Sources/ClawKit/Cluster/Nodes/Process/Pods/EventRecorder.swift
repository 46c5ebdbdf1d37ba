import ClawBase
import ClawKubernetes
import ClawModels
import Synchronization

/// Writes the events of the node's pods: equal ones are counted in one object, and both what waits and what is
/// remembered is bounded, so that a pod that fails for ever costs nothing.
final class EventRecorder: Sendable {
    private struct Key: Hashable {
        var uid: String
        var event: PodEvent
    }
    private struct Known {
        var name: String
        var count: Int
        var lastUse: UInt64
        /// Equal events further apart in time cost at most one write each, and no more than one in ten seconds.
        var lastWrite: Timestamp
    }
    private struct State {
        var pending = 0
        var known: [Key: Known] = [:]
        var uses: UInt64 = 0
    }
    private struct Entry: Sendable {
        var pod: ObjectReference
        var event: PodEvent
        var at: Timestamp
    }

    static let mostPending = 256
    static let mostKnown = 512
    static let writeInterval = Duration.seconds(10)

    private let api: any KubernetesAPI
    private let node: String
    private let time: any TimeSource
    private let inbox = Mailbox<Entry>()
    private let state = Mutex(State())

    init(api: any KubernetesAPI, node: String, time: any TimeSource) {
        (self.api, self.node, self.time) = (api, node, time)
    }

    /// Never waits. Dropped where too many wait already: events are for people, and best effort.
    func record(_ event: PodEvent, of pod: Pod) {
        let isTaken = state.withLock { state in
            guard state.pending < Self.mostPending else { return false }
            state.pending += 1
            return true
        }
        guard isTaken else { return }
        let path = event.container.map { "spec.\(event.isInitContainer ? "initContainers" : "containers"){\($0)}" }
        inbox.post(
            Entry(
                pod: ObjectReference(
                    apiVersion: "v1", kind: "Pod", name: pod.name, namespace: pod.namespace, fieldPath: path,
                    resourceVersion: pod.resourceVersion, uid: pod.uid),
                event: event, at: time.now))
    }

    /// Until cancelled.
    func run() async {
        while let entry = await inbox.next(time) {
            state.withLock { $0.pending -= 1 }
            // An event that cannot be written is lost; what it tells is in the status too.
            try? await time.withDeadline(.seconds(5), "writing an event") { try await self.write(entry) }
        }
    }

    private func write(_ entry: Entry) async throws {
        let key = Key(uid: entry.pod.uid ?? "", event: entry.event)
        let known = state.withLock { state -> (known: Known, isDue: Bool)? in
            state.uses += 1
            guard var known = state.known[key] else { return nil }
            known.count += 1
            known.lastUse = state.uses
            let isDue = entry.at - known.lastWrite >= Self.writeInterval
            if isDue { known.lastWrite = entry.at }
            state.known[key] = known
            return (known, isDue)
        }
        guard let (known, isDue) = known else { return try await create(entry, key) }
        guard isDue else { return }
        do {
            _ = try await api.mergePatch(
                Event.self, known.name, in: entry.pod.namespace,
                ["count": .integer(Int64(known.count)), "lastTimestamp": .string(entry.at.rfc3339())])
        } catch let error as KubernetesError where error.isNotFound {
            try await create(entry, key)
        }
    }

    private func create(_ entry: Entry, _ key: Key) async throws {
        let name =
            "\(entry.pod.name ?? "").\(String(UInt64(bitPattern: entry.at.nanoseconds), radix: 16))"
            + String(Chance.number(in: 0...0xFFFF), radix: 16)
        let stamp = entry.at.rfc3339()
        _ = try await api.create(
            Event(
                metadata: ObjectMeta(name: name, namespace: entry.pod.namespace), involvedObject: entry.pod, count: 1,
                firstTimestamp: stamp, lastTimestamp: stamp, message: String(entry.event.message.prefix(1024)),
                reason: entry.event.reason, reportingComponent: "kubelet", reportingInstance: node,
                source: EventSource(component: "kubelet", host: node), type: entry.event.kind.rawValue))
        state.withLock { state in
            state.known[key] = Known(name: name, count: 1, lastUse: state.uses, lastWrite: entry.at)
            guard state.known.count > Self.mostKnown,
                let oldest = state.known.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
            else { return }
            state.known[oldest] = nil
        }
    }
}

import ClawBase
import ClawModels
import HeapModule

/// All pods of the simulated nodes, and what is due for them when. Pure: the caller brings pods and time, and carries
/// out the writes.
struct Simulation: Sendable {
    private struct Item: Sendable, Comparable {
        var at: Timestamp
        /// Equal moments keep their order.
        var number: UInt64
        var uid: String
        var event: PodMachine.Event

        static func < (a: Self, b: Self) -> Bool { (a.at, a.number) < (b.at, b.number) }
        static func == (a: Self, b: Self) -> Bool { a.number == b.number }
    }

    private let behavior: @Sendable (Pod) -> PodBehavior
    private let policy: PodMachine.Policy
    /// Node → its place, from which addresses follow.
    private let nodes: [String: Int]
    private(set) var pods: [String: SimulatedPod] = [:]
    private var due = Heap<Item>()
    /// The earliest wake-up asked for by each machine that is still in the heap.
    private var wakes: [String: Timestamp] = [:]
    private var count: UInt64 = 0
    private var podCount = 0
    /// Nodes that are cut off: what the cluster says of their pods, and what was due for them, waits here.
    private var lost: [String: [Withheld]] = [:]

    private enum Withheld: Sendable {
        case seen(Pod)
        case vanished(Pod)
        case due(uid: String, PodMachine.Event)
    }

    init(nodes: [String], policy: PodMachine.Policy, behavior: @escaping @Sendable (Pod) -> PodBehavior) {
        (self.policy, self.behavior) = (policy, behavior)
        self.nodes = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    }

    /// When something happens by itself.
    var nextDue: Timestamp? { due.min?.at }

    // MARK: what the cluster says

    mutating func see(_ pod: Pod, now: Timestamp) -> [SimulatedPod.Write] {
        guard let uid = pod.uid, let node = pod.spec?.nodeName, let place = nodes[node] else { return [] }
        if lost[node]?.append(.seen(pod)) != nil { return [] }
        if pods[uid] != nil { return feed(.updated(pod), to: uid, now) }
        podCount += 1
        pods[uid] = SimulatedPod(
            pod, behavior(pod), address: Self.address(10, 128, podCount), hostAddress: Self.address(10, 0, place + 1),
            policy: policy, now: now)
        return feed(.tick, to: uid, now)
    }

    mutating func forget(_ pod: Pod, now: Timestamp) -> [SimulatedPod.Write] {
        if let node = pod.spec?.nodeName, lost[node]?.append(.vanished(pod)) != nil { return [] }
        return pod.uid.map { feed(.vanished, to: $0, now) } ?? []
    }

    /// The cluster's pods are these and no others.
    mutating func replace(with present: [Pod], now: Timestamp) -> [SimulatedPod.Write] {
        let uids = Set(present.compactMap(\.uid))
        var writes: [SimulatedPod.Write] = []
        for uid in pods.keys.filter({ !uids.contains($0) }).sorted() {
            if let pod = pods[uid]?.machine.pod { writes += forget(pod, now: now) }
        }
        for pod in present { writes += see(pod, now: now) }
        return writes
    }

    // MARK: nodes that come and go

    /// Cuts a node off: its pods go on as they are, and nobody hears of them.
    mutating func lose(_ node: String) { if nodes[node] != nil, lost[node] == nil { lost[node] = [] } }

    /// The node is back, and catches up.
    mutating func recover(_ node: String, now: Timestamp) -> [SimulatedPod.Write] {
        var writes: [SimulatedPod.Write] = []
        for missed in lost.removeValue(forKey: node) ?? [] {
            switch missed {
            case .seen(let pod): writes += see(pod, now: now)
            case .vanished(let pod): writes += forget(pod, now: now)
            case .due(let uid, let event): writes += feed(event, to: uid, now)
            }
        }
        let own = pods.filter { $0.value.machine.pod.spec?.nodeName == node && !$0.value.isFinished }
        writes += own.sorted { $0.key < $1.key }.compactMap { $0.value.report }
        return writes
    }

    // MARK: what time brings

    /// What is due by now, in order; no more than `limit` events, so that writes get their turn.
    mutating func advance(to now: Timestamp, limit: Int = 256) -> [SimulatedPod.Write] {
        var writes: [SimulatedPod.Write] = []
        var left = limit
        while left > 0, let first = due.min, first.at <= now {
            due.removeMin()
            left -= 1
            if case .tick = first.event, wakes[first.uid] == first.at { wakes[first.uid] = nil }
            if let node = pods[first.uid]?.machine.pod.spec?.nodeName,
                lost[node]?.append(.due(uid: first.uid, first.event)) != nil
            {
                continue
            }
            writes += feed(first.event, to: first.uid, now)
        }
        return writes
    }

    private mutating func feed(_ event: PodMachine.Event, to uid: String, _ now: Timestamp) -> [SimulatedPod.Write] {
        guard var pod = pods[uid] else { return [] }
        // Out of the dictionary while it changes, so that it is not copied.
        pods[uid] = nil
        let (consequences, writes) = pod.handle(event, now: now)
        for item in consequences { push(item.at, uid, item.event) }
        if let wake = pod.machine.nextWake, wakes[uid].map({ wake < $0 }) ?? true {
            wakes[uid] = wake
            push(wake, uid, .tick)
        }
        if pod.isFinished { wakes[uid] = nil } else { pods[uid] = pod }
        return writes
    }

    private mutating func push(_ at: Timestamp, _ uid: String, _ event: PodMachine.Event) {
        count += 1
        due.insert(Item(at: at, number: count, uid: uid, event: event))
    }

    /// The `number`th address of a private range (RFC 1918).
    private static func address(_ first: Int, _ second: Int, _ number: Int) -> String {
        "\(first).\(second + (number >> 16) % 64).\(number >> 8 & 255).\(number & 255)"
    }
}

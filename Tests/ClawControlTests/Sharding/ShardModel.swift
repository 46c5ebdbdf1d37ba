import ClawBase

@testable import ClawControl

/// Replicas, a server and what lies between them, as values: news come late, but in order; answers get lost; replicas
/// are cut off, killed, started anew.
struct ShardModel {
    struct Replica {
        var state: ShardState
        var certainUntil: Timestamp
        var renewal: Timestamp
        var isCut = false
        /// News that have not arrived yet.
        var inbox: [ShardMember] = []
        /// Of this life: a later one of the same name is another.
        let life: Int
    }

    static let options = ElectionOptions()
    private(set) var now = Timestamp(seconds: 1_000)
    private(set) var replicas: [String: Replica] = [:]
    private(set) var server: [String: ShardMember] = [:]
    private var chance: SplitMix64
    private var lives = 0

    init(seed: UInt64) { chance = SplitMix64(seed: seed) }

    mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &chance) }
    private mutating func happens(_ rate: Double) -> Bool { chance.unit() < rate }

    /// Who may work on a key at this moment.
    func workers(on key: ObjectKey) -> [String] {
        replicas.filter { $0.value.certainUntil > now && $0.value.state.owns(key) }.map(\.key)
    }

    /// Who may still be working on a key.
    func finishers(of key: ObjectKey) -> [String] {
        replicas.filter { $0.value.certainUntil > now && $0.value.state.mayFinish(key) }.map(\.key)
    }

    var isSettled: Bool {
        replicas.values.allSatisfy { $0.certainUntil > now && $0.state.isSettled && $0.state.members == replicas.keys.sorted() }
    }

    // MARK: what happens

    mutating func pass(_ time: Duration) {
        now = now + time
        for name in replicas.keys where replicas[name].map({ $0.state.current != nil && $0.certainUntil <= now }) ?? false {
            replicas[name]?.state.stop()
        }
    }

    mutating func start(_ name: String) {
        guard replicas[name] == nil else { return }
        lives += 1
        replicas[name] = Replica(
            state: ShardState(name), certainUntil: Timestamp(nanoseconds: .min), renewal: now, life: lives)
        enter(name)
    }

    private mutating func enter(_ name: String) {
        guard var replica = replicas[name], !replica.isCut else { return }
        var record = server[name]?.record ?? LeaseRecord(holder: name, duration: .seconds(15), transitions: 0, now: now)
        (record.holder, record.duration) = (name, .seconds(15))
        record.acquireTime = "\(lives)"
        write(name, record, server[name]?.published)
        replica.state.enter(Array(server.values), at: now)
        (replica.certainUntil, replica.renewal) = (now + Self.options.renewDeadline, now + .seconds(5))
        replica.inbox = []
        replicas[name] = replica
    }

    /// What the others hear of.
    private mutating func write(_ name: String, _ record: LeaseRecord, _ published: ShardStamp?) {
        var record = record
        record.renewTime = "\(now.nanoseconds) \(chance.next())"
        let member = ShardMember(identity: name, record: record, published: published)
        server[name] = member
        for other in replicas.keys where other != name { replicas[other]?.inbox.append(member) }
    }

    mutating func kill(_ name: String) { replicas[name] = nil }

    mutating func leave(_ name: String) {
        guard let replica = replicas.removeValue(forKey: name), !replica.isCut, let member = server[name] else { return }
        write(name, member.record.released(now), member.published)
    }

    mutating func cut(_ name: String, _ isCut: Bool) { replicas[name]?.isCut = isCut }

    /// What one replica does when it gets round to it.
    /// - Parameter losses: how often an answer is lost.
    mutating func act(_ name: String, losses: Double) {
        guard let replica = replicas[name], !replica.isCut else { return }
        if replica.state.current == nil { return enter(name) }
        let stamp = replica.state.unpublished
        if stamp != nil || replica.renewal <= now, let member = server[name] {
            if stamp != nil { replicas[name]?.state.willPublish() }
            write(name, member.record, stamp ?? member.published)
            if happens(losses) { return }
            replicas[name]?.certainUntil = now + Self.options.renewDeadline
            replicas[name]?.renewal = now + .seconds(5)
            if let stamp { replicas[name]?.state.didPublish(stamp) }
        } else if let doubt = replica.state.nextDoubt, doubt <= now {
            replicas[name]?.state.listed(Array(server.values), since: now, at: now)
        }
    }

    /// Some of the news arrive, in order.
    mutating func hear(_ name: String, atMost count: Int) {
        guard let replica = replicas[name], !replica.isCut else { return }
        for member in replica.inbox.prefix(count) { replicas[name]?.state.saw(member, at: now) }
        replicas[name]?.inbox.removeFirst(min(count, replica.inbox.count))
    }
}

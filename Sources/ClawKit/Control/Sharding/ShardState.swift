import ClawBase

/// One replica's part in sharing keys: what it has seen, by which view it acts, and which keys it may work on.
/// Values in, values out: no I/O.
///
/// **Nobody works on a key that somebody else works on**, because
/// 1. a replica that moves to another view works only on what it owns by *all* views since the last one that everybody
///    had published (``held``), and says which view it moves to only after it has ended the work on everything else;
/// 2. it works by a new view alone once every member has published that very view (same members, same epoch), and
///    epochs only grow: so whoever published it still holds itself to it, until everybody has published a later one;
/// 3. a member is passed over only where a list made afterwards shows that it has left, or has not renewed its Lease for
///    as long as that lasts: it stopped by itself before (``ElectionOptions/renewDeadline``);
/// 4. who comes, or comes back after it could not renew, works on nothing until everybody has published a view with an
///    epoch beyond all that it found on coming.
struct ShardState: Sendable {
    private struct Peer: Sendable {
        var member: ShardMember
        /// Since when its record has been seen unchanged, by the own clock.
        var since: Timestamp
    }

    let identity: String
    private var peers: [String: Peer] = [:]
    /// What those were last seen as who are passed over; with another record they are back.
    private var gone: [String: LeaseRecord] = [:]
    /// The view this replica acts by; nil before it has come.
    private(set) var current: ShardView?
    /// The views since everybody last had published one, that one first; nil: it may work on nothing.
    private(set) var held: [ShardView]?
    /// As ``held`` was when this replica last said which view it acts by: what the others count on.
    private var promised: [ShardView]?
    /// What the server has of this replica.
    private(set) var published: ShardStamp?
    /// More views than this, and it works on nothing until they agree.
    private static let mostHeld = 16

    init(_ identity: String) { self.identity = identity }

    // MARK: what it may do

    func owns(_ key: ObjectKey) -> Bool {
        guard let held, !held.isEmpty else { return false }
        return held.allSatisfy { $0.owner(of: key) == identity }
    }

    /// Whether work on a key that has begun may go on: longer than new work may begin, until the view is published by
    /// which the key goes.
    func mayFinish(_ key: ObjectKey) -> Bool {
        guard let promised, !promised.isEmpty else { return false }
        return promised.allSatisfy { $0.owner(of: key) == identity }
    }

    /// Whether everybody acts by the same view.
    var isSettled: Bool { held?.count == 1 && held?.first == current }

    /// The view to be published, where the server has another one.
    var unpublished: ShardStamp? { current.map(\.stamp).flatMap { $0 == published ? nil : $0 } }

    var members: [String] { current?.members ?? [] }

    // MARK: what it sees

    /// Comes, or comes back: its Lease stands on the server, and `fresh` was listed after that.
    mutating func enter(_ fresh: [ShardMember], at now: Timestamp) {
        (held, promised) = (nil, nil)
        published = fresh.first { $0.identity == identity }?.published
        peers = peers.filter { peer in fresh.contains { $0.identity == peer.key } }
        for member in fresh { note(member, at: now) }
        for member in fresh where member.hasLeft { peers[member.identity] = nil }
        gone = gone.filter { gone in fresh.contains { $0.identity == gone.key } }
        current = ShardView(Set(peers.keys).union([identity]), epoch: greatestEpoch + 1)
        agree()
    }

    /// A member as a watch tells: news may be old, so nobody is passed over for it.
    mutating func saw(_ member: ShardMember, at now: Timestamp) {
        guard current != nil else { return }
        note(member, at: now)
        review()
    }

    /// All members as they were at some moment after `start`.
    mutating func listed(_ fresh: [ShardMember], since start: Timestamp, at now: Timestamp) {
        guard current != nil else { return }
        for member in fresh { note(member, at: now) }
        let found = Dictionary(fresh.map { ($0.identity, $0) }) { first, _ in first }
        gone = gone.filter { found[$0.key] != nil }
        for (identity, peer) in peers {
            let hasLeft = found[identity]?.hasLeft ?? peer.member.hasLeft
            // Also where its Lease was deleted: it may not know yet.
            guard hasLeft || start >= peer.since + peer.member.record.duration else { continue }
            peers[identity] = nil
            // What it leaves behind stands in every list, until somebody removes it.
            gone[identity] = found[identity]?.record
        }
        review()
    }

    /// When a list may show that somebody is gone; nil where there is nobody else.
    var nextDoubt: Timestamp? {
        peers.values.map { $0.member.hasLeft ? $0.since : $0.since + $0.member.record.duration }.min()
    }

    /// A write is on its way that says by which view this replica acts: work on the keys that go has ended.
    mutating func willPublish() { promised = held }

    mutating func didPublish(_ stamp: ShardStamp) {
        published = stamp
        agree()
    }

    /// No more work begins; what has begun may end.
    mutating func retire() { held = nil }

    /// It could not renew in time, or has left: others may take what it had.
    mutating func stop() {
        (held, promised, current) = (nil, nil, nil)
    }

    // MARK: views

    private mutating func note(_ member: ShardMember, at now: Timestamp) {
        guard member.identity != identity else { return }
        if let known = peers[member.identity], known.member.record == member.record {
            peers[member.identity]?.member = member
        } else {
            // Who has left before it was ever seen is nobody.
            if member.hasLeft, peers[member.identity] == nil { return }
            if gone[member.identity] == member.record { return }
            gone[member.identity] = nil
            peers[member.identity] = Peer(member: member, since: now)
        }
    }

    private var greatestEpoch: Int {
        max(current?.epoch ?? 0, published?.epoch ?? 0, peers.values.compactMap { $0.member.published?.epoch }.max() ?? 0)
    }

    /// Moves on where the members have changed, or where others are ahead with the same ones.
    private mutating func review() {
        guard let current else { return }
        let members = Set(peers.keys).union([identity])
        if members != Set(current.members) {
            move(to: ShardView(members, epoch: greatestEpoch + 1))
        } else {
            let same = current.stamp.members
            let ahead = peers.values.compactMap(\.member.published).filter { $0.members == same }.map(\.epoch).max()
            if let ahead, ahead > current.epoch { move(to: ShardView(members, epoch: ahead)) }
        }
        agree()
    }

    private mutating func move(to view: ShardView) {
        current = view
        guard var views = held else { return }
        // The same members share the keys in the same way, whatever the epoch.
        if views.last?.members == view.members { views[views.count - 1] = view } else { views.append(view) }
        held = views.count > Self.mostHeld ? nil : views
    }

    private mutating func agree() {
        guard let current, published == current.stamp,
            peers.values.allSatisfy({ $0.member.published == current.stamp })
        else { return }
        held = [current]
        promised = held
    }
}

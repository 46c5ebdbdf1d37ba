import ClawBase
import ClawKubernetes
import ClawModels
import Synchronization

/// What a run knows of its own Lease.
final class Membership: Sendable {
    /// The Lease is another's, or no longer as this run wrote it.
    struct Taken: Error {}

    private let state = Mutex<Lease?>(nil)
    /// Raised where keys go.
    let moves = Signal()

    var lease: Lease? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Member Leases on the server.
extension Sharding {
    var selection: Selection { Selection(labels: [ShardMember.groupLabel: group]) }

    /// All members' Leases, as they are now.
    func list() async throws -> [Lease] {
        try await time.withDeadline(options.requestDeadline, "Listing the members") { [self] in
            try await api.list(Lease.self, in: namespace, matching: selection).items
        }
    }

    /// Removes what those left behind who are gone; the first member does it for all. Best effort.
    func collect(_ leases: [Lease]) async {
        let members = board.withLock { $0.state.isSettled ? $0.state.members : [] }
        guard members.first == identity else { return }
        for lease in leases {
            guard let member = ShardMember(lease), !members.contains(member.identity) else { continue }
            _ = try? await time.withDeadline(options.requestDeadline, "Removing a member lease") { [self] in
                try await api.deleteIfUnchanged(lease)
            }
        }
    }

    /// Renews the own Lease, or makes it.
    /// - Parameter stamp: the view that this replica acts by from now on; nil: as it was.
    /// - Throws: ``Membership/Taken`` where somebody else changed it.
    func renew(_ membership: Membership, publishing stamp: ShardStamp?) async throws {
        let name = ShardMember.leaseName(group: group, identity: identity)
        try await time.withDeadline(options.requestDeadline, "Renewing the member lease") { [self] in
            guard var lease = membership.lease else { return try await begin(membership, name) }
            write(into: &lease, stamp)
            do {
                membership.lease = try await api.replace(lease)
            } catch let error as KubernetesError where error.isConflict {
                // Perhaps this run's own write, whose answer was lost.
                let found = try await api.get(Lease.self, name, in: namespace)
                guard let member = ShardMember(found), member.identity == identity,
                    member.record.acquireTime == LeaseRecord(lease).acquireTime, !member.hasLeft
                else { throw Membership.Taken() }
                var next = found
                write(into: &next, stamp)
                membership.lease = try await api.replace(next)
            }
        }
    }

    private func write(into lease: inout Lease, _ stamp: ShardStamp?) {
        var record = LeaseRecord(lease)
        record.renew(time.now)
        record.write(into: &lease)
        if let stamp { lease.metadata.annotations[ShardMember.viewAnnotation] = stamp.text }
    }

    /// A new life of the own Lease: whatever it published before stays, for its epoch.
    private func begin(_ membership: Membership, _ name: String) async throws {
        let found = try await api.find(Lease.self, name, in: namespace)
        var lease = found ?? Lease(metadata: ObjectMeta(name: name, namespace: namespace))
        lease.metadata.labels[ShardMember.groupLabel] = group
        lease.metadata.annotations[ShardMember.memberAnnotation] = identity
        let transitions = found.map { LeaseRecord($0).transitions + 1 } ?? 0
        LeaseRecord(holder: identity, duration: options.leaseDuration, transitions: transitions, now: time.now)
            .write(into: &lease)
        membership.lease = found == nil ? try await api.create(lease) : try await api.replace(lease)
    }

    /// Says that nothing is worked on here any more.
    func leave(_ membership: Membership) async throws {
        for _ in 0..<3 {
            guard var lease = membership.lease else { return }
            LeaseRecord(lease).released(time.now).write(into: &lease)
            do {
                _ = try await api.replace(lease)
                return
            } catch let error as KubernetesError where error.isConflict {
                membership.lease = try await api.find(
                    Lease.self, ShardMember.leaseName(group: group, identity: identity), in: namespace)
            }
        }
    }
}

extension KubernetesAPI {
    fileprivate func deleteIfUnchanged(_ lease: Lease) async throws {
        try await delete(
            Lease.self, lease.name, in: lease.namespace, uid: lease.uid, resourceVersion: lease.resourceVersion)
    }
}

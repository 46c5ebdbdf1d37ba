import ClawBase
import ClawKubernetes
import ClawModels

/// Who has a Lease, by its own account. Its times are the writer's clock: they are compared, never reckoned with.
/// <https://kubernetes.io/docs/concepts/architecture/leases/>
struct LeaseRecord: Sendable, Hashable {
    /// Empty once it is given back.
    var holder: String
    var duration: Duration
    /// How often the holder changed.
    var transitions: Int
    var acquireTime: String
    var renewTime: String

    init(_ lease: Lease) {
        let spec = lease.spec
        holder = spec?.holderIdentity ?? ""
        duration = .seconds(spec?.leaseDurationSeconds ?? 0)
        transitions = spec?.leaseTransitions ?? 0
        acquireTime = spec?.acquireTime ?? ""
        renewTime = spec?.renewTime ?? ""
    }

    init(holder: String, duration: Duration, transitions: Int, now: Timestamp) {
        (self.holder, self.duration, self.transitions) = (holder, duration, transitions)
        acquireTime = now.rfc3339(fractionDigits: 6)
        renewTime = acquireTime
    }

    mutating func renew(_ now: Timestamp) { renewTime = now.rfc3339(fractionDigits: 6) }

    /// As somebody leaves it who goes: whoever comes next need not wait.
    func released(_ now: Timestamp) -> LeaseRecord {
        LeaseRecord(holder: "", duration: .seconds(1), transitions: transitions, now: now)
    }

    /// Puts the record into a Lease, of which everything else stays.
    func write(into lease: inout Lease) {
        var spec = lease.spec ?? LeaseSpec()
        spec.holderIdentity = holder
        spec.leaseDurationSeconds = Int(duration.components.seconds)
        spec.leaseTransitions = transitions
        spec.acquireTime = acquireTime
        spec.renewTime = renewTime
        lease.spec = spec
    }
}

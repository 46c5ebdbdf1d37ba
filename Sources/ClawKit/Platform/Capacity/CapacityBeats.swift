import ClawBase
import ClawKubernetes
import ClawModels
import ClawResources
import Synchronization

/// Heartbeats of enrolled capacity: most of them are heard and written nowhere.
///
/// One is written where it changes what is known (ready or not, about to end, back from being lost), and else once in a third of the
/// time after which the capacity counts as lost.
final class CapacityBeats: Sendable {
    private struct Beat {
        var heard: Timestamp
        var written: Timestamp?
    }

    private let beats = Mutex(BoundedMap<String, Beat>(capacity: 10_000))

    /// Whether a heartbeat is to be written.
    /// - Throws: ``Finding`` (`E_THROTTLED`): more often than four times the rate that was asked for.
    func hear(
        _ capacity: RemoteCapacity, ready: Bool, leaving: Bool = false, at now: Timestamp
    ) throws(Finding) -> Bool {
        let (uid, spec, status) = (capacity.uid ?? "", capacity.spec, capacity.status)
        let pause = Duration.milliseconds(spec.heartbeatSeconds * 250)
        let step = Duration.seconds(spec.lostAfterSeconds) / 3
        let isNews =
            status.ready != ready || status.leaving != leaving || status.lastHeartbeat == nil || status.phase == .lost
        let verdict = beats.withLock { beats -> Bool? in
            let known = beats.find(uid)
            if let known, now < known.heard + pause { return nil }
            let kept = status.lastHeartbeat.flatMap { Timestamp(rfc3339: $0) }
            // What was just written may not be seen yet.
            let last = isNews ? known?.written : [known?.written, kept].compactMap(\.self).max()
            let isDue = last.map { now >= $0 + (isNews ? .seconds(1) : step) } ?? true
            beats.set(Beat(heard: now, written: isDue ? now : known?.written), for: uid)
            return isDue
        }
        guard let verdict else {
            throw Finding(
                .throttled, "One heartbeat in \(spec.heartbeatSeconds) s is enough.",
                details: ["retryAfter": String(spec.heartbeatSeconds)])
        }
        return verdict
    }
}

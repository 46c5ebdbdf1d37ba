import ClawBase
import ClawResources

/// Whether a runtime that is wanted running sleeps now. Pure.
///
/// It falls asleep when it has not been used for long enough, when its sleeping hours begin (once it is not in use), or
/// when it has run for as long as its policy allows. It wakes when somebody uses it or asks for it, and when its sleeping
/// hours end. The wish (`spec.desiredState`) stays as people wrote it.
struct SleepDecision: Sendable, Hashable {
    /// nil where it is awake.
    var sleep: RuntimeSleep?
    /// What holds may change then without anybody's doing.
    var lookAgainAt: Timestamp?
    /// It would fall asleep for want of use, and its program has to be asked first.
    var asksAgent = false

    /// In its sleeping hours a runtime counts as in use for so long, where it does not say how long.
    static let pause = Duration.minutes(5)

    init(sleep: RuntimeSleep?, lookAgainAt: Timestamp?) { (self.sleep, self.lookAgainAt) = (sleep, lookAgainAt) }

    /// - Parameters:
    ///   - runningTime: for how long a policy lets it run at a stretch.
    ///   - startedAt: when the node took up its pod; nil where there is none.
    ///   - agentIsIdle: the program was asked just now, and does nothing.
    init(
        _ runtime: Runtime, runningTime: Duration?, startedAt: Timestamp?, agentIsIdle: Bool = false, now: Timestamp
    ) {
        let hours = runtime.idle.flatMap { try? SleepingHours($0) }
        if let sleep = runtime.status.sleep {
            (self.sleep, lookAgainAt) = Self.asleep(sleep, runtime, hours, now)
            if self.sleep != nil { return }
        }
        let candidates = Self.candidates(runtime, runningTime, startedAt, hours, now)
        let due = candidates.filter { $0.at <= now }
        // A policy's limit asks nobody.
        if let due = due.first(where: { $0.reason == .runningTimeOver }) ?? due.min(by: { $0.at < $1.at }) {
            if due.reason != .runningTimeOver, runtime.idle?.signals.contains(.agent) == true, !agentIsIdle {
                asksAgent = true
            }
            sleep = RuntimeSleep(since: now.rfc3339(fractionDigits: 6), reason: due.reason)
            lookAgainAt = hours?.end(after: now)
        } else {
            lookAgainAt = (candidates.map(\.at) + [hours?.beginning(after: now)].compactMap(\.self)).min()
        }
    }

    private static func asleep(_ sleep: RuntimeSleep, _ runtime: Runtime, _ hours: SleepingHours?, _ now: Timestamp)
        -> (RuntimeSleep?, Timestamp?)
    {
        let isAskedFor = runtime.request != runtime.status.observedRequest
        let since = sleep.since.flatMap { Timestamp(rfc3339: $0) } ?? now
        let use = runtime.status.lastActivity.flatMap { Timestamp(rfc3339: $0) }
        let hasRuleLeft =
            switch sleep.reason {
            case .idle?: runtime.idle?.afterSeconds != nil || hours?.isNight(at: now) == true
            case .scheduled?: hours?.isNight(at: now) == true
            // Only use ends it.
            case .runningTimeOver?: true
            case nil: false
            }
        let end = hours?.end(after: since)
        if isAskedFor || use.map({ $0 > since }) == true || !hasRuleLeft || end.map({ $0 <= now }) == true {
            return (nil, nil)
        }
        return (sleep, end)
    }

    private static func candidates(
        _ runtime: Runtime, _ runningTime: Duration?, _ startedAt: Timestamp?, _ hours: SleepingHours?, _ now: Timestamp
    ) -> [(at: Timestamp, reason: RuntimeSleep.Reason)] {
        var found: [(Timestamp, RuntimeSleep.Reason)] = []
        if let runningTime, let startedAt { found.append((startedAt + runningTime, .runningTimeOver)) }
        // What is on its way has its own deadline; only what is ready can be unused.
        guard let idle = runtime.idle, let use = runtime.lastUse else { return found }
        if let after = idle.afterSeconds { found.append((use + .seconds(after), .idle)) }
        if let night = hours?.night(at: now) {
            let pause = idle.afterSeconds.map { Duration.seconds($0) } ?? Self.pause
            // Who works into the night is not interrupted.
            found.append((max(night, use > night - pause ? use + pause : night), .scheduled))
        }
        return found
    }
}

extension Runtime {
    /// When it was last used, or became ready after that; nil where it is not ready.
    var lastUse: Timestamp? {
        guard status.phase == .ready, let ready = status.conditions.first(where: { $0.type == "Ready" }),
            ready.status == "True", let since = Timestamp(rfc3339: ready.lastTransitionTime)
        else { return nil }
        return max(since, status.lastActivity.flatMap { Timestamp(rfc3339: $0) } ?? since)
    }

    /// Whether anybody needs to know when it was used.
    var mindsActivity: Bool { idle != nil || status.sleep != nil }
}

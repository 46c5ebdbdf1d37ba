import ClawBase
import Synchronization

/// The rules of time zones that were asked for, read once each.
final class TimeZones: Sendable {
    static let shared = TimeZones()

    private let known = Mutex<[String: TimeZoneRules]>(["UTC": .utc])

    func rules(_ name: String) -> TimeZoneRules? {
        if let rules = known.withLock({ $0[name] }) { return rules }
        // Reading a file under the lock would hold up all others.
        guard let rules = TimeZoneRules(named: name) else { return nil }
        known.withLock { $0[name] = rules }
        return rules
    }
}

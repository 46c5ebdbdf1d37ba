public import ClawBase
import ClawControl
import ClawResources

/// The times between `sleepAt` and `wakeAt`, by a zone's clock.
struct SleepingHours: Sendable, Hashable {
    private let sleepAt: CronSchedule
    private let wakeAt: CronSchedule?
    private let zone: TimeZoneRules

    /// Nights are looked for this far back: monthly schedules have one in it.
    private static let horizon = Duration.days(32)

    /// - Returns: nil where it names no time to sleep at.
    /// - Throws: ``Finding`` (`E_SCHEDULE`) where a schedule or the zone cannot be read.
    init?(_ idle: RuntimeIdle) throws(Finding) {
        let zone: TimeZoneRules
        if let name = idle.timeZone {
            guard let found = TimeZoneRules(named: name) else {
                throw Finding(
                    .badSchedule, "This machine knows no time zone '\(name)'; write one as in Europe/Berlin.",
                    field: "spec.idle.timeZone")
            }
            zone = found
        } else {
            zone = .utc
        }
        let wakeAt = try idle.wakeAt.map { text throws(Finding) in try Self.schedule(text, "spec.idle.wakeAt") }
        guard let sleepAt = idle.sleepAt else {
            if wakeAt == nil { return nil }
            throw Finding(
                .badSchedule, "'wakeAt' ends hours that begin at 'sleepAt'; say when that is.", field: "spec.idle.sleepAt")
        }
        (self.sleepAt, self.wakeAt, self.zone) = (try Self.schedule(sleepAt, "spec.idle.sleepAt"), wakeAt, zone)
    }

    private static func schedule(_ text: String, _ field: String) throws(Finding) -> CronSchedule {
        do { return try CronSchedule(text) } catch {
            throw Finding(
                .badSchedule, "'\(text)' is no schedule (\(error.text)); write minute, hour, day, month and weekday.",
                field: field)
        }
    }

    /// When the present night began; nil by day.
    func night(at now: Timestamp) -> Timestamp? {
        guard let begun = latest(sleepAt, now) else { return nil }
        guard let wakeAt, let ended = latest(wakeAt, now) else { return begun }
        return ended >= begun ? nil : begun
    }

    func isNight(at now: Timestamp) -> Bool { night(at: now) != nil }

    /// When the next night begins.
    func beginning(after moment: Timestamp) -> Timestamp? { sleepAt.next(after: moment, in: zone) }

    /// When people are waited for again.
    func end(after moment: Timestamp) -> Timestamp? { wakeAt?.next(after: moment, in: zone) }

    private func latest(_ schedule: CronSchedule, _ now: Timestamp) -> Timestamp? {
        (try? schedule.missed(after: now - Self.horizon, until: now, in: zone))?.latest
    }
}

extension FindingCode {
    /// A schedule or a time zone that cannot be read.
    public static let badSchedule = FindingCode(rawValue: "E_SCHEDULE")
}

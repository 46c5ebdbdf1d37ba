package import ClawBase

/// Which events become writes: equal ones are counted in the one there is, many similar ones are combined, and about
/// one object no more than a burst is written, then one in a while. Values in, writes out: no I/O.
///
/// The bounds are those of client-go's event correlator. What is remembered is bounded too: what is forgotten costs no
/// more than an event of its own where one might have been counted.
package struct EventLedger: Sendable {
    /// What events have in common that may be counted together.
    package struct Subject: Sendable, Hashable {
        /// Of the object.
        package let uid: String
        /// Where its events are.
        package let namespace: String
        package let type: String
        package let reason: String
        package let action: String

        package init(uid: String, namespace: String, type: String, reason: String, action: String = "") {
            (self.uid, self.namespace) = (uid, namespace)
            (self.type, self.reason, self.action) = (type, reason, action)
        }
    }

    package enum Write: Sendable, Hashable {
        case create(name: String, note: String)
        /// - Parameter note: of the newest one.
        case count(name: String, count: Int, note: String, last: Timestamp)
    }

    package struct Limits: Sendable {
        /// Writes about one object at once, and how long one more takes.
        package var burst = 25.0
        package var refill: Duration = .seconds(300)
        /// From so many different notes on, within a while, events are combined.
        package var similar = 10
        package var similarity: Duration = .seconds(600)
        /// Between two writes of a count.
        package var interval: Duration = .zero
        package var mostKnown = 1024
        package init() {}
    }

    package static let combined = "(combined from similar events): "

    private struct Series {
        let name: String
        var note: String
        var count = 1
        var last: Timestamp
        var written: Timestamp
        var isDirty = false
    }
    private struct About {
        var notes: Set<String> = []
        var series: [String: Series] = [:]
        var last: Timestamp
    }
    private struct Budget {
        var left: Double
        var at: Timestamp
    }

    private let limits: Limits
    private var about: [Subject: About] = [:]
    private var budgets: [String: Budget] = [:]
    private var lastStamp: Int64 = 0
    /// Subjects with counts that are not written yet.
    private var dirty: Set<Subject> = []

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    /// - Parameter object: its name, which the event's begins with.
    /// - Returns: nil where nothing is to be written, at least for now.
    package mutating func record(_ subject: Subject, _ note: String, object: String, at now: Timestamp) -> Write? {
        forgetSome()
        var known = about[subject] ?? About(last: now)
        if now - known.last > limits.similarity { known = About(last: now) }
        known.last = now
        defer { about[subject] = known }
        if known.notes.count < limits.similar { known.notes.insert(note) }
        let isCombined = known.notes.count >= limits.similar
        let text = isCombined ? Self.combined + note : note
        let identity = isCombined ? Self.combined : note
        guard var series = known.series[identity] else {
            guard spend(subject.uid, now) else { return nil }
            lastStamp = max(now.nanoseconds, lastStamp + 1)
            let name = "\(object.prefix(220)).\(String(UInt64(bitPattern: lastStamp), radix: 16))"
            known.series[identity] = Series(name: name, note: text, last: now, written: now)
            return .create(name: name, note: text)
        }
        let mayWrite = now - series.written >= limits.interval && spend(subject.uid, now)
        // Where nothing is written later, what is beyond the burst is lost.
        guard mayWrite || limits.interval > .zero else { return nil }
        (series.count, series.note, series.last) = (series.count + 1, text, now)
        if mayWrite { series.written = now } else { dirty.insert(subject) }
        series.isDirty = !mayWrite
        known.series[identity] = series
        return mayWrite ? .count(name: series.name, count: series.count, note: text, last: now) : nil
    }

    /// When counts that wait have to be written.
    package var nextDue: Timestamp? {
        dirty.lazy.compactMap { about[$0] }.flatMap(\.series.values).filter(\.isDirty)
            .map { $0.written + limits.interval }.min()
    }

    /// The counts that have waited long enough.
    /// - Parameter isLast: those that have not, too.
    package mutating func due(at now: Timestamp, isLast: Bool = false) -> [(subject: Subject, write: Write)] {
        var writes: [(subject: Subject, write: Write)] = []
        for subject in dirty {
            var isRest = false
            for (identity, series) in about[subject]?.series ?? [:] where series.isDirty {
                guard isLast || now - series.written >= limits.interval else {
                    isRest = true
                    continue
                }
                about[subject]?.series[identity]?.isDirty = false
                about[subject]?.series[identity]?.written = now
                writes.append(
                    (subject, .count(name: series.name, count: series.count, note: series.note, last: series.last)))
            }
            if !isRest { dirty.remove(subject) }
        }
        return writes
    }

    /// An event of this subject is not there any more: the next one begins anew.
    package mutating func forget(_ subject: Subject) { (about[subject], _) = (nil, dirty.remove(subject)) }

    private mutating func spend(_ uid: String, _ now: Timestamp) -> Bool {
        var budget = budgets[uid] ?? Budget(left: limits.burst, at: now)
        budget.left = min(limits.burst, budget.left + (now - budget.at).inSeconds / limits.refill.inSeconds)
        budget.at = now
        defer { budgets[uid] = budget }
        guard budget.left >= 1 else { return false }
        budget.left -= 1
        return true
    }

    private mutating func forgetSome() {
        if about.count > limits.mostKnown { (about, dirty) = ([:], []) }
        if budgets.count > limits.mostKnown { budgets = [:] }
    }
}

/// One step of a random history. Steps name objects, revisions and watches by number, so that a history from which
/// steps were taken away still means something.
enum LogStep: Sendable, Equatable {
    /// What a write says of the state it builds on.
    enum Basis: Sendable, CaseIterable { case present, stale, none }
    enum ListVersion: Sendable, Equatable { case newest, exactly(Int), notOlder(Int), future }
    enum Start: Sendable, Equatable { case state, stateThenBookmark, revision(Int) }

    case create(Int, labels: Int, value: Int)
    case update(Int, labels: Int, value: Int, Basis)
    case apply(Int, manager: Int, value: Int)
    case delete(Int, Basis)
    case deleteAll(LogSelector)
    /// A write to another collection: revisions go on, this log does not.
    case elsewhere
    case list(LogSelector, ListVersion)
    case page(LogSelector, limit: Int)
    case nextPage(Int)
    case watch(LogSelector, Start)
    /// Reads a watch up to the present.
    case read(Int)
    case compact
    /// The journal is replaced by a snapshot.
    case snapshot
    /// The last write before may have been a deletion, of which a snapshot holds nothing.
    case restart(fromSnapshot: Bool)

    static let labels: [[String: String]] = [
        [:], ["app": "a"], ["app": "b"], ["app": "c"], ["app": "a", "gone": "x"], ["gone": "y"],
    ]

    static func history(seed: Int, length: Int, isDurable: Bool) -> [LogStep] {
        var random = SeededNumbers(seed: UInt64(seed) + 77)
        return (0..<length).map { _ in draw(&random, isDurable) }
    }

    private static func draw(_ random: inout SeededNumbers, _ isDurable: Bool) -> LogStep {
        func upTo(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        func selector() -> LogSelector { LogSelector.allCases[upTo(LogSelector.allCases.count)] }
        func basis() -> Basis { Basis.allCases[upTo(Basis.allCases.count)] }
        let (name, labels, value) = (upTo(4), upTo(Self.labels.count), upTo(3))
        switch upTo(100) {
        case 0..<16: return .create(name, labels: labels, value: value)
        case 16..<36: return .update(name, labels: labels, value: value, basis())
        case 36..<44: return .apply(name, manager: upTo(2), value: value)
        case 44..<54: return .delete(name, basis())
        case 54: return .deleteAll(selector())
        case 55..<60: return .elsewhere
        case 60..<68:
            let version: ListVersion =
                switch upTo(8) {
                case 0..<4: .exactly(upTo(40))
                case 4..<6: .notOlder(upTo(40))
                case 6: .future
                default: .newest
                }
            return .list(selector(), version)
        case 68..<72: return .page(selector(), limit: 1 + upTo(2))
        case 72..<78: return .nextPage(upTo(3))
        case 78..<87:
            let start: Start = [.state, .stateThenBookmark, .revision(upTo(40)), .revision(upTo(40))][upTo(4)]
            return .watch(selector(), start)
        case 87..<93: return .read(upTo(3))
        case 93..<95: return .compact
        default: return !isDurable ? .elsewhere : upTo(4) == 0 ? .snapshot : .restart(fromSnapshot: upTo(2) == 0)
        }
    }
}

public import ClawBase
import DequeModule

/// One reconcile as it went.
public struct ReconcileRecord: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case settled
        case again(after: Duration)
        case failed(String, retryAfter: Duration)
        case cancelled
    }

    public let start: Timestamp
    /// From when the key was asked for to the start.
    public let waited: Duration
    public let took: Duration
    public let lane: Lane
    public let causes: Causes
    /// The first writes.
    public let writes: [WriteRecord]
    /// How many writes there were.
    public let writeCount: Int
    public let outcome: Outcome
}

extension ReconcileRecord: CustomStringConvertible {
    /// `2026-01-01T00:00:04Z Pod demo/x modified → owner; waited 4 ms, took 2 ms, 0 writes: settled`
    public var description: String {
        var why = causes.first.map(\.description).joined(separator: ", ")
        if causes.omitted > 0 { why += ", and \(causes.omitted) more" }
        if why.isEmpty { why = "asked" }
        let count = writeCount == 1 ? "1 write" : "\(writeCount) writes"
        let list = writes.isEmpty ? "" : " (" + writes.map(\.description).joined(separator: ", ") + ")"
        let end =
            switch outcome {
            case .settled: "settled"
            case .again(let delay): "again after \(delay.shortText)"
            case .failed(let error, let delay): "failed, again after \(delay.shortText): \(error)"
            case .cancelled: "cancelled"
            }
        return "\(start.rfc3339()) \(why); waited \(waited.shortText), took \(took.shortText), \(count)\(list): \(end)"
    }
}

/// The last reconciles of each of the last keys. Of keys beyond its bound those are forgotten that were not worked on
/// for longest, half of them at a time: that takes no order to be kept.
struct ReconcileJournal {
    static let recordsPerKey = 8

    private let limit: Int
    private var recent: [ObjectKey: Deque<ReconcileRecord>] = [:]
    private var older: [ObjectKey: Deque<ReconcileRecord>] = [:]

    init(keys: Int) { limit = max(0, keys / 2) }

    mutating func add(_ record: ReconcileRecord, of key: ObjectKey) {
        guard limit > 0 else { return }
        var records = recent.removeValue(forKey: key) ?? older.removeValue(forKey: key) ?? []
        if records.count == Self.recordsPerKey { records.removeFirst() }
        records.append(record)
        if recent.count >= limit { (older, recent) = (recent, [:]) }
        recent[key] = records
    }

    /// Oldest first.
    func records(of key: ObjectKey) -> [ReconcileRecord] { Array(recent[key] ?? older[key] ?? []) }

    mutating func forget(_ key: ObjectKey) { (recent[key], older[key]) = (nil, nil) }
}

extension Duration {
    /// `4 ms`, `1.5 s`, `90 s`
    var shortText: String {
        let milliseconds = inSeconds * 1000
        if milliseconds < 1000 { return "\(Int(milliseconds.rounded())) ms" }
        let tenths = Int((inSeconds * 10).rounded())
        return tenths % 10 == 0 || tenths >= 1000 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}

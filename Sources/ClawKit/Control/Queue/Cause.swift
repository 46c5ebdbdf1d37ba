public import ClawBase

/// Why a key is asked for.
public struct Cause: Sendable, Hashable {
    public enum Event: String, Sendable, Hashable {
        /// Found by the first list.
        case present
        case created, modified, deleted
        /// By ``Controller/ask(for:lane:)``.
        case asked
        /// The moment that a reconcile named has come.
        case timer
        /// The one before failed.
        case retry
        case resync
    }

    /// How the key follows from what changed.
    public enum Relation: String, Sendable, Hashable {
        case itself, owner, watch
    }

    public let event: Event
    /// What changed; empty where nothing did.
    public let kind: String
    public let object: ObjectKey
    public let relation: Relation
    public let moment: Timestamp

    init(_ event: Event, kind: String = "", object: ObjectKey, relation: Relation = .itself, moment: Timestamp) {
        (self.event, self.kind, self.object) = (event, kind, object)
        (self.relation, self.moment) = (relation, moment)
    }
}

extension Cause: CustomStringConvertible {
    /// `Pod demo/x modified → owner`
    public var description: String {
        guard !kind.isEmpty else { return event.rawValue }
        let change = "\(kind) \(object) \(event.rawValue)"
        return relation == .itself ? change : "\(change) → \(relation.rawValue)"
    }
}

/// The causes that came together while a key waited: the first few, and how many more there were.
public struct Causes: Sendable, Hashable {
    static let limit = 4

    public private(set) var first: [Cause] = []
    /// How many more there were than ``first`` has.
    public private(set) var omitted = 0

    public init() {}

    public var isEmpty: Bool { first.isEmpty }

    mutating func add(_ cause: Cause) {
        if first.count < Self.limit { first.append(cause) } else { omitted += 1 }
    }

    mutating func add(_ others: Causes) {
        others.first.forEach { add($0) }
        omitted += others.omitted
    }
}

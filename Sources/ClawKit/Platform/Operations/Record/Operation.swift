public import ClawBase
public import ClawDocuments

/// One change that somebody asked for or the platform makes, from the wish to its end.
///
/// Everything needed to go on with it stands in the record: another process takes it up where the last one was lost.
public struct Operation: StoredRecord {
    /// Finished operations beyond the newest 10,000 are forgotten.
    public static let kind = RecordKind("operation", retaining: 10_000)

    public enum State: String, Sendable, Hashable, CaseIterable {
        case pending, running, succeeded, failed, cancelled
        /// Stopped where only a person can say whether a step was done.
        case needsAttention

        public var isFinal: Bool {
            switch self {
            case .succeeded, .failed, .cancelled: true
            case .pending, .running, .needsAttention: false
            }
        }
    }

    public struct Failure: Sendable, Hashable {
        public var code: FindingCode
        public var message: String
        public init(code: FindingCode, message: String) { (self.code, self.message) = (code, message) }
    }

    /// Somebody wants it to end.
    public struct Cancellation: Sendable, Hashable {
        /// Who asked for it.
        public var actor: String
        public var moment: Timestamp
        /// The operation that takes its place, on the same target.
        public var replacement: String?

        public init(actor: String, moment: Timestamp, replacement: String? = nil) {
            (self.actor, self.moment, self.replacement) = (actor, moment, replacement)
        }
    }

    /// Who works on it.
    public struct Claim: Sendable, Hashable {
        /// The key of a ``Worker``; nil where it was handed back.
        public var worker: String?
        /// How often it was taken up: grows with every claim, so that what an earlier worker still does late can be
        /// told from what the present one does (a fencing token).
        public var number: Int

        public init(worker: String?, number: Int) { (self.worker, self.number) = (worker, number) }
    }

    /// Sorts by the time of creation.
    public let id: String
    /// The same key by the same actor means the same operation.
    public let idempotencyKey: String?
    public let actor: String
    /// What is changed, `runtime/demo/ada`. Only one operation at a time is under way on a target.
    public let target: String
    /// `start`, `suspend`, …
    public let action: String
    /// What the steps need to know besides target and action, so that another process can go on with them.
    public let parameters: JSON?
    /// What was found before it began, none of which forbids it.
    public let findings: [Finding]
    public var state: State
    public var steps: [Step]
    public var result: JSON?
    public var error: Failure?
    public var cancellation: Cancellation?
    public var claim: Claim
    /// The operation on the same target that has to end before this one begins.
    public var predecessor: String?
    public let createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        id: String, idempotencyKey: String? = nil, actor: String, target: String, action: String,
        parameters: JSON? = nil, findings: [Finding] = [], state: State = .pending, steps: [Step] = [],
        result: JSON? = nil, error: Failure? = nil, cancellation: Cancellation? = nil,
        claim: Claim = Claim(worker: nil, number: 0), predecessor: String? = nil, createdAt: Timestamp,
        updatedAt: Timestamp? = nil
    ) {
        self.id = id
        self.idempotencyKey = idempotencyKey
        self.actor = actor
        self.target = target
        self.action = action
        self.parameters = parameters
        self.findings = findings
        self.state = state
        self.steps = steps
        self.result = result
        self.error = error
        self.cancellation = cancellation
        self.claim = claim
        self.predecessor = predecessor
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
    }

    public var key: String { id }
    public var isRetirable: Bool { state.isFinal }

    static let idempotencyIndex = "idempotencyKey"
    static let activeIndex = "activeTarget"
    static let nextIndex = "nextTarget"
    static let targetIndex = "target"
    static let actorIndex = "actor"
    static let openIndex = "open"

    static func idempotencyValue(actor: String, key: String) -> String { "\(actor)\u{0}\(key)" }

    public var indexes: [RecordIndex] {
        var indexes = [RecordIndex(Self.targetIndex, target), RecordIndex(Self.actorIndex, actor)]
        if let idempotencyKey {
            let value = Self.idempotencyValue(actor: actor, key: idempotencyKey)
            indexes.append(RecordIndex(Self.idempotencyIndex, value, isUnique: true))
        }
        if !state.isFinal {
            // One is under way on a target, and one at most waits for its end.
            let place = predecessor == nil ? Self.activeIndex : Self.nextIndex
            indexes.append(RecordIndex(place, target, isUnique: true))
            indexes.append(RecordIndex(Self.openIndex, "true"))
        }
        return indexes
    }
}

public import ClawBase
public import ClawDocuments

/// One change that somebody asked for or the platform makes, from the wish to its end.
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

    public struct Step: Sendable, Hashable {
        public var name: String
        public var state: State
        public var attempts: Int
        public var startedAt: Timestamp?
        public var endedAt: Timestamp?
        public var message: String?

        public init(
            name: String, state: State = .pending, attempts: Int = 0, startedAt: Timestamp? = nil,
            endedAt: Timestamp? = nil, message: String? = nil
        ) {
            self.name = name
            self.state = state
            self.attempts = attempts
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.message = message
        }
    }

    public struct Failure: Sendable, Hashable {
        public var code: FindingCode
        public var message: String
        public init(code: FindingCode, message: String) { (self.code, self.message) = (code, message) }
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
    public var state: State
    public var steps: [Step]
    public var result: JSON?
    public var error: Failure?
    public let createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(
        id: String, idempotencyKey: String? = nil, actor: String, target: String, action: String,
        parameters: JSON? = nil, state: State = .pending, steps: [Step] = [], result: JSON? = nil,
        error: Failure? = nil, createdAt: Timestamp, updatedAt: Timestamp? = nil
    ) {
        self.id = id
        self.idempotencyKey = idempotencyKey
        self.actor = actor
        self.target = target
        self.action = action
        self.parameters = parameters
        self.state = state
        self.steps = steps
        self.result = result
        self.error = error
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
    }

    public var key: String { id }
    public var isRetirable: Bool { state.isFinal }

    static let idempotencyIndex = "idempotencyKey"
    static let activeIndex = "activeTarget"
    static let targetIndex = "target"

    static func idempotencyValue(actor: String, key: String) -> String { "\(actor)\u{0}\(key)" }

    public var indexes: [RecordIndex] {
        var indexes = [RecordIndex(Self.targetIndex, target)]
        if let idempotencyKey {
            let value = Self.idempotencyValue(actor: actor, key: idempotencyKey)
            indexes.append(RecordIndex(Self.idempotencyIndex, value, isUnique: true))
        }
        if !state.isFinal { indexes.append(RecordIndex(Self.activeIndex, target, isUnique: true)) }
        return indexes
    }
}

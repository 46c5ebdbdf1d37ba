public import ClawBase
public import ClawDocuments

extension Operation {
    /// One of an operation's steps: what the plan says of it, and how far it has come.
    public struct Step: Sendable, Hashable {
        public var name: String
        /// Whether doing it twice is as good as doing it once. One that is not is tried once, ever.
        public var isIdempotent: Bool
        /// Whether there is a way to undo it.
        public var isCompensated: Bool
        public var state: State
        public var attempts: Int
        public var startedAt: Timestamp?
        public var endedAt: Timestamp?
        /// What the step gave, for later steps and for undoing it.
        public var output: JSON?
        /// How far it says it is, from 0 to 1.
        public var progress: Double?
        public var message: String?
        /// How undoing it goes; nil where that has not begun.
        public var undo: Undo?

        public struct Undo: Sendable, Hashable {
            public var state: State
            public var attempts: Int
            public init(state: State, attempts: Int) { (self.state, self.attempts) = (state, attempts) }
        }

        public init(
            name: String, isIdempotent: Bool = true, isCompensated: Bool = false, state: State = .pending,
            attempts: Int = 0, startedAt: Timestamp? = nil, endedAt: Timestamp? = nil, output: JSON? = nil,
            progress: Double? = nil, message: String? = nil, undo: Undo? = nil
        ) {
            self.name = name
            self.isIdempotent = isIdempotent
            self.isCompensated = isCompensated
            self.state = state
            self.attempts = attempts
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.output = output
            self.progress = progress
            self.message = message
            self.undo = undo
        }
    }
}

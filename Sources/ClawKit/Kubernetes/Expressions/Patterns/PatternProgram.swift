/// A regular expression as instructions for ``PatternMachine``.
struct PatternProgram: Sendable {
    enum Instruction: Sendable {
        case set(ScalarSet)
        case assertion(PatternTree.Assertion)
        /// Goes on at both places; the first is preferred.
        case fork(Int, Int)
        case jump(Int)
        case match
    }

    private(set) var instructions: [Instruction] = []
    /// Whether it can match at the text's start only.
    private(set) var isAnchored = false

    /// What is larger than this is refused, as RE2 does.
    private static let mostInstructions = 50_000

    init(_ tree: PatternTree) throws(PatternError) {
        try emit(tree)
        instructions.append(.match)
        if case .assertion(.textStart) = instructions[0] { isAnchored = true }
    }

    private mutating func append(_ instruction: Instruction) throws(PatternError) {
        guard instructions.count < Self.mostInstructions else { throw PatternError("expression too large", "") }
        instructions.append(instruction)
    }

    private mutating func emit(_ tree: PatternTree) throws(PatternError) {
        switch tree {
        case .empty: break
        case .set(let set): try append(.set(set))
        case .assertion(let assertion): try append(.assertion(assertion))
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let choices): try emit(choices[...])
        case .repeated(let inner, let min, let max, let isGreedy):
            for _ in 0..<min { try emit(inner) }
            if let max {
                try optional(inner, max - min, isGreedy)
            } else {
                try loop(inner, isGreedy)
            }
        }
    }

    private mutating func emit(_ choices: ArraySlice<PatternTree>) throws(PatternError) {
        var exits: [Int] = []
        for (index, choice) in choices.enumerated() {
            if index == choices.count - 1 {
                try emit(choice)
            } else {
                let fork = instructions.count
                try append(.jump(0))
                try emit(choice)
                exits.append(instructions.count)
                try append(.jump(0))
                instructions[fork] = .fork(fork + 1, instructions.count)
            }
        }
        for exit in exits { instructions[exit] = .jump(instructions.count) }
    }

    private mutating func optional(_ inner: PatternTree, _ count: Int, _ isGreedy: Bool) throws(PatternError) {
        var forks: [Int] = []
        for _ in 0..<max(0, count) {
            forks.append(instructions.count)
            try append(.jump(0))
            try emit(inner)
        }
        let end = instructions.count
        for fork in forks { instructions[fork] = isGreedy ? .fork(fork + 1, end) : .fork(end, fork + 1) }
    }

    private mutating func loop(_ inner: PatternTree, _ isGreedy: Bool) throws(PatternError) {
        let start = instructions.count
        try append(.jump(0))
        try emit(inner)
        try append(.jump(start))
        let end = instructions.count
        instructions[start] = isGreedy ? .fork(start + 1, end) : .fork(end, start + 1)
    }
}

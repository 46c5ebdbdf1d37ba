/// Follows all ways a pattern can match a text at once, one code point after the other.
struct PatternMachine {
    let scalars: [Unicode.Scalar]
    private let program: PatternProgram

    /// The ways that are still open, in order of preference; each instruction once.
    private struct Threads {
        var places: [Int] = []
        var starts: [Int] = []
        /// When each instruction was last added.
        private var marks: [Int]

        init(_ count: Int) { marks = [Int](repeating: -1, count: count) }

        mutating func add(_ place: Int, at step: Int) -> Bool {
            guard marks[place] != step else { return false }
            marks[place] = step
            return true
        }

        mutating func clear() {
            places.removeAll(keepingCapacity: true)
            starts.removeAll(keepingCapacity: true)
        }
    }

    /// Those of this code point and those of the next one, in turn.
    private var threads: [Threads]
    private var stack: [Int] = []
    private var step = 0

    init(_ program: PatternProgram, _ text: String) {
        self.program = program
        scalars = Array(text.unicodeScalars)
        threads = [Threads(program.instructions.count), Threads(program.instructions.count)]
    }

    /// Where the preferred leftmost match is; without `wantsPlace`, only that there is one.
    mutating func match(from start: Int, wantsPlace: Bool) -> Range<Int>? {
        var (now, next) = (0, 1)
        threads[now].clear()
        var found: Range<Int>?
        var position = start
        step += 1
        while true {
            if found == nil, !program.isAnchored || position == 0 {
                follow(0, from: position, at: position, into: now)
            }
            if threads[now].places.isEmpty, found != nil || program.isAnchored { break }
            threads[next].clear()
            step += 1
            let scalar = position < scalars.count ? scalars[position].value : nil
            for index in threads[now].places.indices {
                let (place, begin) = (threads[now].places[index], threads[now].starts[index])
                switch program.instructions[place] {
                case .match:
                    found = begin..<position
                    if !wantsPlace { return found }
                case .set(let set):
                    if let scalar, set.contains(scalar) {
                        follow(place + 1, from: begin, at: position + 1, into: next)
                    }
                    continue
                default: continue
                }
                // What is less preferred than a match is given up.
                break
            }
            swap(&now, &next)
            if position >= scalars.count { break }
            position += 1
        }
        return found
    }

    /// Adds what can be reached from a place without taking a code point.
    private mutating func follow(_ place: Int, from start: Int, at position: Int, into list: Int) {
        stack.append(place)
        while let place = stack.popLast() {
            guard threads[list].add(place, at: step) else { continue }
            switch program.instructions[place] {
            case .jump(let target): stack.append(target)
            case .fork(let first, let second):
                stack.append(second)
                stack.append(first)
            case .assertion(let assertion): if holds(assertion, at: position) { stack.append(place + 1) }
            case .set, .match:
                threads[list].places.append(place)
                threads[list].starts.append(start)
            }
        }
    }

    private func holds(_ assertion: PatternTree.Assertion, at position: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            scalars.indices.contains(index) && ScalarSet.words.contains(scalars[index].value)
        }
        return switch assertion {
        case .textStart: position == 0
        case .textEnd: position == scalars.count
        case .lineStart: position == 0 || scalars[position - 1] == "\n"
        case .lineEnd: position == scalars.count || scalars[position] == "\n"
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }
}

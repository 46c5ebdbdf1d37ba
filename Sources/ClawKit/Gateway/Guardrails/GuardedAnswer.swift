public import ClawLedger

/// What a model says, whatever its dialect, as a guardrail sees it: all of an answer; of one that is streamed, what is
/// kept back of one of its texts, or the name of a tool that begins to be called.
public struct GuardedAnswer: Sendable {
    /// The name asked for.
    public let model: String
    /// Whose key was shown.
    public let subject: UsageSubject
    /// The tools of which the client said that calls of them are approved (`X-Claw-Approve-Tools`).
    public let approvedTools: Set<String>
    /// Of all that has been said until now, in bytes.
    public let size: Int
    /// The names of the tools that are called.
    public let tools: [String]
    private(set) var pieces: [Piece]

    /// A text, or a piece of it.
    struct Piece: Sendable {
        var text: String
        /// Whether nothing follows.
        let isWhole: Bool
        var isChanged = false
        /// What is to be written in place of parts of a piece that goes on; in order, apart from each other.
        var edits: [TextMatch] = []
        /// Where something begins that may go on in what follows.
        var open: String.Index?
    }

    /// - Parameter texts: of an answer that is whole.
    public init(
        model: String, subject: UsageSubject, tools: [String] = [], texts: [String], approvedTools: Set<String> = []
    ) {
        let size = texts.reduce(0) { $0 + $1.utf8.count }
        let pieces = texts.map { Piece(text: $0, isWhole: true) }
        self.init(GuardContext(model: model, subject: subject, approvedTools: approvedTools), size, tools, pieces)
    }

    init(_ context: GuardContext, _ size: Int, _ tools: [String], _ pieces: [Piece]) {
        (model, subject, approvedTools) = (context.model, context.subject, context.approvedTools)
        (self.size, self.tools, self.pieces) = (size, tools, pieces)
    }

    /// What is said: texts, thoughts, refusals, and the arguments of tools' calls as JSON text.
    public var texts: [String] { pieces.map(\.text) }

    /// Whether something is found in what is said. What reaches the end of a piece is not counted yet: more may follow.
    public mutating func contains(_ find: (String) -> [Range<String.Index>]) -> Bool {
        var isFound = false
        for index in pieces.indices {
            for range in find(pieces[index].text) where !range.isEmpty {
                if pieces[index].isComplete(range) { isFound = true } else { pieces[index].keep(from: range.lowerBound) }
            }
        }
        return isFound
    }

    /// Writes something else in place of what is found.
    /// - Parameter find: gives what is to be replaced, in order, none of it overlapping another.
    public mutating func replace(_ find: (String) -> [TextMatch]) {
        for index in pieces.indices {
            let matches = find(pieces[index].text).filter { !$0.range.isEmpty }
            guard !matches.isEmpty else { continue }
            if pieces[index].isWhole {
                pieces[index].text = pieces[index].text.applying(matches)
                pieces[index].isChanged = true
                continue
            }
            for match in matches {
                guard pieces[index].isComplete(match.range) else {
                    pieces[index].keep(from: match.range.lowerBound)
                    continue
                }
                let isFree = pieces[index].edits.allSatisfy { !$0.range.overlaps(match.range) }
                if isFree { pieces[index].edits.append(match) }
            }
            pieces[index].edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        }
    }
}

/// A part of a text, and what is to be written in its place.
public struct TextMatch: Sendable, Hashable {
    public var range: Range<String.Index>
    public var replacement: String

    public init(_ range: Range<String.Index>, _ replacement: String) {
        (self.range, self.replacement) = (range, replacement)
    }
}

/// What guardrails are told of a request whose answer they look at.
struct GuardContext: Sendable {
    var model: String
    var subject: UsageSubject
    var approvedTools: Set<String>
}

extension GuardedAnswer.Piece {
    fileprivate func isComplete(_ range: Range<String.Index>) -> Bool { isWhole || range.upperBound < text.endIndex }

    fileprivate mutating func keep(from index: String.Index) { open = min(open ?? index, index) }
}

extension String {
    /// - Parameters:
    ///   - matches: in order, apart from each other.
    ///   - last: where the result ends; nil: at the end.
    func applying(_ matches: some Sequence<TextMatch>, upTo last: String.Index? = nil) -> String {
        var (result, end) = ("", startIndex)
        for match in matches {
            result += self[end..<match.range.lowerBound]
            result += match.replacement
            end = match.range.upperBound
        }
        return result + self[end..<(last ?? endIndex)]
    }
}

import ClawDialects

/// The built-in model: answers `echo: ` and the last user message. Deterministic, needs no network.
///
/// Streams one chunk per word. Usage counts words divided by white space.
public struct EchoUpstream: ModelUpstream {
    public let name = "echo"

    public init() {}

    public func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
        try Task.checkCancellation()
        let request = try call.decoded()
        let said = request.messages.last { $0.role == .user }.map { Self.text(of: $0.parts) } ?? ""
        let text = "echo: \(said)"
        let heard = request.messages.map(\.parts) + [request.system]
        let usage = TokenUsage(
            input: heard.reduce(0) { $0 + Self.words(Self.text(of: $1)).count }, output: Self.words(text).count)
        guard request.isStreaming else {
            return .whole(WholeAnswer(ModelAnswer(parts: [.text(text)], usage: usage)))
        }
        var steps = Self.pieces(of: text).enumerated().map { index, piece in
            let begin: [StreamEvent] = index == 0 ? [.start(StreamStart()), .partStart(0, .text)] : []
            return AnswerStep(events: begin + [.partDelta(0, .text(piece))])
        }
        steps.append(AnswerStep(events: [.partStop(0), .usage(usage), .finish(.stop)]))
        return .stream(AnswerStream(steps: steps))
    }

    private static func text(of parts: [ContentPart]) -> String { parts.compactMap(\.text).joined(separator: " ") }

    private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

    /// Pieces that together are the text, each with one word and the white space before it.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        for word in words(text) {
            pieces.append(String(rest[..<word.endIndex]))
            rest = rest[word.endIndex...]
        }
        if !rest.isEmpty { pieces[pieces.count - 1] += rest }
        return pieces
    }
}

public import ClawBase
public import ClawDialects
import Synchronization

/// An upstream that does what a test tells it, in the test's own time: so that routing, fallbacks and deadlines are
/// tried in milliseconds and without a network.
///
///     let flaky = ScriptedUpstream("flaky", [.error(.init(.server, "boom")), .says("Hello")], time: time)
///
/// Each request takes the next part of the script; the last one is repeated.
public final class ScriptedUpstream: ModelUpstream {
    /// One step of an answer.
    public enum Step: Sendable {
        /// Nothing, for so long.
        case pause(Duration)
        /// Some words, streamed as one piece.
        case words(String)
        case events([StreamEvent])
        /// The connection lives; the model is silent.
        case keepAlive
        case error(ModelError)
        /// The stream ends without its proof of being whole.
        case cut
    }

    /// What becomes of one request.
    public struct Scene: Sendable {
        /// Until the head of the answer.
        public var steps: [Step]
        public var usage: TokenUsage?
        public var finish: FinishReason

        public init(_ steps: [Step], usage: TokenUsage? = TokenUsage(input: 10, output: 5), finish: FinishReason = .stop) {
            (self.steps, self.usage, self.finish) = (steps, usage, finish)
        }

        public static func says(_ text: String, usage: TokenUsage? = TokenUsage(input: 10, output: 5)) -> Scene {
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            return Scene(words.enumerated().map { .words(($0 == 0 ? "" : " ") + $1) }, usage: usage)
        }
        public static func error(_ error: ModelError) -> Scene { Scene([.error(error)]) }
        /// Never answers.
        public static let silence = Scene([.pause(.seconds(86_400))])
    }

    public let name: String
    private let scenes: [Scene]
    private let time: any TimeSource
    private let asked = Mutex<[ModelRequest]>([])

    public init(_ name: String, _ scenes: [Scene], time: some TimeSource) {
        (self.name, self.scenes, self.time) = (name, scenes, time)
    }

    /// The requests it got, in order.
    public var requests: [ModelRequest] { asked.withLock { $0 } }

    public func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
        let request = try call.decoded()
        let number = asked.withLock { asked in
            asked.append(request)
            return asked.count - 1
        }
        guard let scene = scenes.isEmpty ? nil : scenes[min(number, scenes.count - 1)] else {
            throw ModelError(.server, "The script is empty.")
        }
        let player = ScenePlayer(scene, call.deadlines, time)
        if call.request.isStreaming {
            // What fails before the first word fails before the head.
            let first = try await player.next()
            let rest = Remaining(first.map { [$0] } ?? [])
            return .stream(AnswerStream { if let step = rest.next() { step } else { try await player.next() } })
        }
        var text = ""
        while let step = try await player.next() {
            guard case .events(let events) = step.content else { continue }
            for case .partDelta(_, .text(let piece)) in events { text += piece }
        }
        return .whole(
            WholeAnswer(ModelAnswer(parts: [.text(text)], finish: scene.finish, usage: scene.usage ?? TokenUsage())))
    }
}

/// Plays one scene, and keeps the deadlines.
private final class ScenePlayer: Sendable {
    private struct State: Sendable {
        var steps: ArraySlice<ScriptedUpstream.Step>
        var hasBegun = false
        var isOver = false
        var lastToken: Timestamp
        var hasTokens = false
    }

    private let scene: ScriptedUpstream.Scene
    private let deadlines: AttemptDeadlines
    private let time: any TimeSource
    private let state: Mutex<State>

    init(_ scene: ScriptedUpstream.Scene, _ deadlines: AttemptDeadlines, _ time: any TimeSource) {
        (self.scene, self.deadlines, self.time) = (scene, deadlines, time)
        state = Mutex(State(steps: scene.steps[...], lastToken: time.now))
    }

    func next() async throws -> AnswerStep? {
        while true {
            try Task.checkCancellation()
            let (step, isOver) = state.withLock { ($0.steps.popFirst(), $0.isOver) }
            switch step {
            case .pause(let duration): try await pause(duration)
            case .keepAlive: return AnswerStep(events: [.ping])
            case .words(let text): return begin([.partDelta(0, .text(text))])
            case .events(let events): return begin(events)
            case .error(let error): throw error
            case .cut: throw ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again.")
            case nil:
                if isOver { return nil }
                state.withLock { $0.isOver = true }
                return AnswerStep(
                    events: [.partStop(0)] + (scene.usage.map { [.usage($0)] } ?? []) + [.finish(scene.finish)])
            }
        }
    }

    private func begin(_ events: [StreamEvent]) -> AnswerStep {
        let isFirst = state.withLock { state in
            defer { (state.hasBegun, state.hasTokens, state.lastToken) = (true, true, time.now) }
            return !state.hasBegun
        }
        return AnswerStep(events: (isFirst ? [.start(StreamStart()), .partStart(0, .text)] : []) + events)
    }

    private func pause(_ duration: Duration) async throws {
        let (last, hasTokens) = state.withLock { ($0.lastToken, $0.hasTokens) }
        let limit = last + (hasTokens ? deadlines.betweenTokens : min(deadlines.firstToken, deadlines.headers))
        let end = time.now + duration
        try await time.sleep(until: min(end, limit, deadlines.until))
        guard end <= min(limit, deadlines.until) else {
            throw ModelError(.timeout, "The upstream has said nothing new for too long; try again.")
        }
    }
}

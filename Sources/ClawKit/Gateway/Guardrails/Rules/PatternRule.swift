public import ClawBase
import Synchronization

/// Refuses what a pattern matches, or writes something else in its place.
///
/// In a stream each text is matched piece by piece: `^` and `$` mean the beginning and the end of a piece there.
public struct PatternRule: Guardrail {
    public let name: String
    /// As Swift's `Regex` reads it.
    public let pattern: String
    /// nil: what it matches is refused.
    public var replacement: String?
    public var traffic: GuardedTraffic
    /// How many characters of a streamed text are kept back: what is longer may have begun to go out before it is found.
    public var window: Int
    private let regex: CompiledPattern

    /// - Throws: ``Finding`` (`E_CONFIG`) for what is no pattern.
    public init(
        _ name: String, pattern: String, replacement: String? = nil, on traffic: GuardedTraffic = .requests,
        window: Int = Self.usualWindow
    ) throws(Finding) {
        guard let regex = CompiledPattern(pattern) else {
            throw Finding(.badConfig, "The pattern of '\(name)' cannot be read; write a regular expression.")
        }
        (self.name, self.pattern, self.replacement) = (name, pattern, replacement)
        (self.traffic, self.window, self.regex) = (traffic, window, regex)
    }

    public static let usualWindow = 128

    public var answerWindow: Int? { traffic.contains(.answers) ? max(1, window) : nil }

    private var refusal: GuardrailRefusal {
        GuardrailRefusal("The rule '\(name)' forbids a part of what was said; leave it away.")
    }

    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
        guard traffic.contains(.requests) else { return }
        if let replacement {
            request.rewriteTexts { text in text.applying(regex.ranges(in: text).map { TextMatch($0, replacement) }) }
        } else if request.texts.contains(where: { !regex.ranges(in: $0).isEmpty }) {
            throw refusal
        }
    }

    public func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {
        guard traffic.contains(.answers) else { return }
        if let replacement {
            answer.replace { text in regex.ranges(in: text).map { TextMatch($0, replacement) } }
        } else if answer.contains({ regex.ranges(in: $0) }) {
            throw GuardrailRefusal("The rule '\(name)' forbids a part of the answer.")
        }
    }
}

/// A regular expression, compiled once: a `Regex` must not be used by two tasks at once, so who finds it busy compiles
/// another.
private final class CompiledPattern: Sendable {
    private let pattern: String
    private let regex: Mutex<Regex<AnyRegexOutput>>

    init?(_ pattern: String) {
        guard let regex = try? Regex(pattern) else { return nil }
        self.pattern = pattern
        self.regex = Mutex(regex)
    }

    func ranges(in text: String) -> [Range<String.Index>] {
        if let ranges = regex.withLockIfAvailable({ text.ranges(of: $0) }) { return ranges }
        return (try? Regex(pattern)).map { text.ranges(of: $0) } ?? []
    }
}

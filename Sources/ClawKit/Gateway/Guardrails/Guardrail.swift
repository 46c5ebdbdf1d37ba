public import ClawDocuments
public import ClawLedger
import Synchronization

/// Looks at requests before they go to a model, at answers before they go to the client, or at both: lets them pass,
/// changes them, or refuses them.
///
///     struct NoShouting: Guardrail {
///         let name = "no-shouting"
///         func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {
///             if request.texts.contains(where: { $0.count > 20 && $0 == $0.uppercased() }) {
///                 throw GuardrailRefusal("Please do not shout.")
///             }
///         }
///     }
///
/// Who looks at requests has an ``inspect(_:)-(GuardedRequest)``; who looks at answers has an ``answerWindow`` and an
/// ``inspect(_:)-(GuardedAnswer)``.
public protocol Guardrail: Sendable {
    /// For people: in refusals.
    var name: String { get }

    /// How many characters of each text of an answer that is streamed are kept back, so that what the rule looks for is
    /// seen whole before any of it goes out; 0: each piece is looked at as it comes; nil: the rule does not look at
    /// answers.
    var answerWindow: Int? { get }

    /// Whether the rule has anything to say of what this holder asks of this model: who says no costs nothing.
    func concerns(model: String, subject: UsageSubject) -> Bool

    func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal)

    /// Called once with a whole answer; with a stream for each tool that begins to be called, and for each piece of text
    /// that comes, together with what is kept back of that text. What has gone out has gone out: who refuses then ends the
    /// stream with an error.
    func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal)
}

extension Guardrail {
    public var answerWindow: Int? { nil }
    public func concerns(model: String, subject: UsageSubject) -> Bool { true }
    public func inspect(_ request: inout GuardedRequest) throws(GuardrailRefusal) {}
    public func inspect(_ answer: inout GuardedAnswer) throws(GuardrailRefusal) {}
}

/// What a rule looks at.
public struct GuardedTraffic: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let requests = GuardedTraffic(rawValue: 1)
    public static let answers = GuardedTraffic(rawValue: 2)
    public static let both: GuardedTraffic = [.requests, .answers]
}

/// Why a request does not go to a model, or an answer to the client: one sentence, which the client reads.
public struct GuardrailRefusal: Error, Sendable, Hashable {
    public var message: String
    /// For programs.
    public var code: String

    public init(_ message: String, code: String = "guardrail_refused") { (self.message, self.code) = (message, code) }
}

/// The rules that hold now; may be replaced while requests are under way.
public final class Guardrails: Sendable {
    private let standing: [any Guardrail]
    private let rules: Mutex<[any Guardrail]>

    /// - Parameter standing: rules that hold before the others, whatever those are replaced by.
    public init(_ rules: [any Guardrail] = [], standing: [any Guardrail] = []) {
        self.rules = Mutex(rules)
        self.standing = standing
    }

    /// From the next request on these hold.
    public func replace(_ rules: [any Guardrail]) { self.rules.withLock { $0 = rules } }

    var isEmpty: Bool { standing.isEmpty && rules.withLock { $0.isEmpty } }

    /// Those that have anything to say.
    func concerned(with model: String, of subject: UsageSubject) -> [any Guardrail] {
        let all = standing + rules.withLock { $0 }
        return all.isEmpty ? all : all.filter { $0.concerns(model: model, subject: subject) }
    }
}

import ClawDialects
import ClawLedger
import HTTPTypes
import Synchronization

extension ModelGateway {
    /// The rules that look at the answer to a request, each ready for it.
    func filters(_ model: String, _ headers: HTTPFields, _ grant: ModelGrant) -> [AnswerFilter] {
        let rules = guardrails.concerned(with: model, of: grant.subject)
        guard rules.contains(where: { $0.answerWindow != nil }) else { return [] }
        var subject = grant.subject
        subject.key = grant.id
        let approved = (headers[.approvedTools] ?? "").split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        let context = GuardContext(model: model, subject: subject, approvedTools: Set(approved.map { String($0) }))
        return rules.compactMap { rule in rule.answerWindow.map { AnswerFilter(rule, window: $0, context) } }
    }
}

extension [AnswerFilter] {
    /// An answer as the rules leave it.
    /// - Throws: ``GatewayRefusal`` where one of them refuses it.
    func passing(_ answer: WholeAnswer) throws(GatewayRefusal) -> WholeAnswer {
        if isEmpty { return answer }
        guard case .answer(var words) = answer.content else { throw .unreadable }
        for filter in self {
            do throws(GuardrailRefusal) { try filter.inspect(&words) } catch {
                throw GatewayRefusal(.guardrail, error.meaning(filter.name))
            }
        }
        var passed = answer
        passed.content = .answer(words)
        return passed
    }

    func passing(_ source: any AnswerSource) -> any AnswerSource { isEmpty ? source : GuardedStream(source, self) }
}

/// A stream as the rules leave it. When one of them refuses it, the upstream is let go, and what was said until then is
/// paid for.
private final class GuardedStream: AnswerSource {
    private let source: any AnswerSource
    private let filters: Mutex<[AnswerFilter]>

    init(_ source: any AnswerSource, _ filters: [AnswerFilter]) {
        self.source = source
        self.filters = Mutex(filters)
    }

    func next() async throws -> AnswerStep? {
        guard var step = try await source.next() else { return nil }
        do {
            guard case .events(let events) = step.content else { throw GatewayRefusal.unreadable.error }
            step.content = .events(try pass(events))
            return step
        } catch {
            source.abandon()
            throw error
        }
    }

    func abandon() { source.abandon() }

    private func pass(_ events: [StreamEvent]) throws(ModelError) -> [StreamEvent] {
        let outcome = filters.withLock { filters in
            Result { () throws(ModelError) in
                var events = events
                for index in filters.indices {
                    do throws(GuardrailRefusal) { events = try filters[index].pass(events) } catch {
                        throw error.meaning(filters[index].name)
                    }
                }
                return events
            }
        }
        return try outcome.get()
    }
}

extension GuardrailRefusal {
    fileprivate func meaning(_ rule: String) -> ModelError {
        ModelError(.contentPolicy, message, code: code, type: rule)
    }
}

extension GatewayRefusal {
    /// An upstream of somebody's own answers in the client's bytes though it was asked not to.
    fileprivate static let unreadable = GatewayRefusal(
        .gateway, ModelError(.server, "The answer cannot be read, and rules have to look at it."))
}

extension HTTPField.Name {
    // Valid token characters, so the initialiser cannot fail.
    /// The names of tools, whose calls the client's user has approved.
    fileprivate static let approvedTools = HTTPField.Name("X-Claw-Approve-Tools")!
}

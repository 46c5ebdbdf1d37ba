import ClawBase
import ClawDialects
import ClawLedger
import Synchronization

/// One request's use of the cache: what it may find there, and what it leaves.
struct CacheUse: Sendable {
    let cache: AnswerCache
    let key: CacheKey
    let wish: CacheWish
    /// As long as the grant says.
    let timeToLive: Duration

    /// An answer that is kept; nil where there is none that is wanted. It has its row in the ledger and counts as a
    /// request, and costs nothing.
    /// - Throws: ``UsageRefusal`` where not even a request that costs nothing is left; a ``Finding`` where the ledger
    ///   cannot be kept.
    func answer(to routed: RoutedCall) async throws -> CachedAnswer? {
        guard wish.reads else {
            routed.record.noted(.passedBy)
            return nil
        }
        guard let (answer, age, timeToLive) = cache.find(key, maxAge: wish.maxAge) else {
            routed.record.noted(.missed)
            return nil
        }
        guard answer.origin.isServed(by: routed.router) else {
            cache.forget(key)
            routed.record.noted(.missed)
            return nil
        }
        if let book = routed.terms.book {
            let call = UsageCall(id: routed.id, subject: routed.terms.subject, model: routed.alias)
            let bound = SpendingBound(Amounts(requests: 1, inFlight: 1))
            let reservation = try await book.reserve(bound, from: routed.terms.budgets, for: call)
            reservation.settle(.zero, cost: .zero, details: ["cache": "hit"])
        }
        routed.record.noted(.hit(age: age, timeToLive: timeToLive))
        return answer
    }

    func keep(_ content: CachedAnswer.Content, _ attempt: Attempt) {
        guard wish.keeps else { return }
        let time = wish.timeToLive.map { min($0, timeToLive) } ?? timeToLive
        guard time > .zero else { return }
        cache.keep(CachedAnswer(content: content, origin: AnswerOrigin(attempt)), as: key, for: time)
    }

    /// The stream, which is kept once it is whole.
    func keeping(_ stream: RoutedStream) -> any AnswerSource {
        wish.keeps ? KeptStream(stream, self) : stream
    }
}

/// A stream whose steps are noted as they pass, and kept when the answer is whole.
private final class KeptStream: AnswerSource {
    private struct State {
        var steps: [AnswerStep] = []
        var weight = 0
    }

    private let source: RoutedStream
    private let use: CacheUse
    /// nil: it has become too long, or nobody will hear its end.
    private let state = Mutex<State?>(State())

    init(_ source: RoutedStream, _ use: CacheUse) { (self.source, self.use) = (source, use) }

    func next() async throws -> AnswerStep? {
        let step: AnswerStep?
        do { step = try await source.next() } catch {
            state.withLock { $0 = nil }
            throw error
        }
        if let step {
            state.withLock { state in
                state?.weight += step.weight
                state?.steps.append(step)
                if let weight = state?.weight, weight > use.cache.settings.answerBytes { state = nil }
            }
        } else if let steps = state.withLock({ $0.take()?.steps }) {
            use.keep(.steps(steps), source.attempt)
        }
        return step
    }

    func abandon() {
        state.withLock { $0 = nil }
        source.abandon()
    }
}

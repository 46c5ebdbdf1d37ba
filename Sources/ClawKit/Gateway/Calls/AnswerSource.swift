/// A streamed answer on its way to a client; for one task at a time.
protocol AnswerSource: Sendable {
    /// The next step, nil after the last.
    /// - Throws: ``ModelError`` where the answer is torn; `CancellationError`.
    func next() async throws -> AnswerStep?

    /// Nobody is to hear the rest.
    func abandon()
}

extension Remaining: AnswerSource {
    func abandon() { while next() != nil {} }
}

public import ClawBase

/// A way to others than the API server, closed while leadership is not certain: as ``FencedAPI``, but for reads too, since
/// nobody knows what a request does there.
///
/// What answers in pieces is read by the task that asked, which is cancelled when the term ends.
public struct FencedTransport: Transport {
    private let base: any Transport
    private let term: @Sendable () throws(Finding) -> Term

    /// - Parameter term: the present one; throws where there is none.
    init(_ base: any Transport, _ term: @escaping @Sendable () throws(Finding) -> Term) {
        (self.base, self.term) = (base, term)
    }

    /// - Throws: also ``Finding`` with ``FindingCode/notLeader``.
    public func send(_ request: Request) async throws -> Response {
        try await term().whileCertain { [base] in try await base.send(request) }
    }
}

public import ClawBase
public import ClawDocuments
public import ClawKubernetes

/// An API whose writes are refused where leadership is not certain: for the time of one ``Leadership``
/// (``Leadership/fenced(_:)``), or of whichever there is (``LeaderElection/fenced(_:)``).
public struct FencedAPI: KubernetesAPI {
    private let base: any KubernetesAPI
    private let term: @Sendable () throws(Finding) -> Term

    init(_ base: any KubernetesAPI, _ term: Term) { self.init(base) { () throws(Finding) in term } }

    /// - Parameter term: the present one; throws where there is none.
    init(_ base: any KubernetesAPI, _ term: @escaping @Sendable () throws(Finding) -> Term) {
        (self.base, self.term) = (base, term)
    }

    public var reading: DocumentReading { base.reading }

    public func document(for request: APIRequest) async throws -> JSONObject {
        guard request.isWrite else { return try await base.document(for: request) }
        return try await whileCertain { [base] in try await base.document(for: request) }
    }

    public func stream(for request: APIRequest) async throws -> Body {
        guard request.isWrite else { return try await base.stream(for: request) }
        return try await whileCertain { [base] in try await base.stream(for: request) }
    }

    /// Whatever a connection into a pod is for, it may change something.
    public func webSocket(for request: APIRequest, subprotocols: [String]) async throws -> WebSocket {
        try await whileCertain { [base] in try await base.webSocket(for: request, subprotocols: subprotocols) }
    }

    private func whileCertain<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        try await term().whileCertain(body)
    }
}

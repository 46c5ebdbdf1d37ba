import HTTPTypes
import Synchronization

/// A test double: answers by a closure and remembers every request.
public final class ScriptedTransport: Transport {
    private let answer: @Sendable (Request) async throws -> Response
    private let log = Mutex<[Request]>([])

    public init(_ answer: @escaping @Sendable (Request) async throws -> Response) { self.answer = answer }

    /// Answers the requests in order; a request beyond the last one fails as `unreachable`.
    public convenience init(_ responses: [Response]) {
        let rest = Mutex(responses[...])
        self.init { request in
            guard let next = rest.withLock({ $0.popFirst() }) else {
                throw TransportError(
                    code: .unreachable, message: "the script has no answer left for \(request.method) \(request.path)")
            }
            return next
        }
    }

    /// Every request so far, in order.
    public var requests: [Request] { log.withLock { $0 } }

    public func send(_ request: Request) async throws -> Response {
        log.withLock { $0.append(request) }
        return try await answer(request)
    }
}

import HTTPTypes
import Synchronization

/// Wraps a transport and notes each exchange's method, path and status: for assertions on what was (not) sent.
public final class RecordingTransport: Transport {
    public struct Exchange: Sendable, Hashable, CustomStringConvertible {
        public let method: String
        public let path: String
        /// The response's status; nil where the transport threw.
        public let status: Int?
        public var description: String { "\(method) \(path) → \(status.map(String.init) ?? "no answer")" }
        /// Whether the exchange could change anything (RFC 9110, section 9.2.1).
        public var isWrite: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }
    }

    private let inner: any Transport
    private let log = Mutex<[Exchange]>([])

    public init(_ inner: some Transport) { self.inner = inner }

    public var exchanges: [Exchange] { log.withLock { $0 } }

    public func send(_ request: Request) async throws -> Response {
        func note(_ status: Int?) {
            log.withLock {
                $0.append(Exchange(method: request.method.rawValue, path: request.head.path ?? "/", status: status))
            }
        }
        do {
            let response = try await inner.send(request)
            note(response.status.code)
            return response
        } catch {
            note(nil)
            throw error
        }
    }
}

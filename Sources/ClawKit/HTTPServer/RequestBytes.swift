import ClawBase
import HummingbirdCore
import NIOCore
import Synchronization

/// A request's body as it comes from the wire: readable once, only while the request is being answered, up to a limit.
final class RequestBytes: AsyncSequence, Sendable {
    private enum State { case unread, reading, ended }

    private let body: RequestBody
    private let declared: Int?
    private let limit: Int
    private let state = Mutex(State.unread)

    init(_ body: RequestBody, declared: Int?, limit: Int) {
        self.body = body
        self.declared = declared
        self.limit = limit
    }

    /// The request has been answered: the rest is not for the handler any more.
    func end() { state.withLock { $0 = .ended } }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let owner: RequestBytes
        fileprivate var base: RequestBody.AsyncIterator?
        fileprivate var left: Int

        @concurrent mutating func next() async throws -> [UInt8]? {
            guard base != nil, owner.state.withLock({ $0 == .reading }) else {
                throw Finding(.internalError, "A request's body is read once, before the request has been answered.")
            }
            if let declared = owner.declared, declared > owner.limit { throw Finding.bodyTooLarge(limit: owner.limit) }
            guard let buffer = try await base?.next() else { return nil }
            left -= buffer.readableBytes
            guard left >= 0 else { throw Finding.bodyTooLarge(limit: owner.limit) }
            return Array(buffer: buffer)
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        let isFirst = state.withLock { state in
            guard state == .unread else { return false }
            state = .reading
            return true
        }
        return AsyncIterator(owner: self, base: isFirst ? body.makeAsyncIterator() : nil, left: limit)
    }
}

/// A type-erased asynchronous sequence of byte chunks. Pull-driven: nothing is produced before it is asked for.
public struct ByteStream: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    private let makeSource: @Sendable () -> Source

    public init<S: AsyncSequence & Sendable>(_ sequence: S) where S.Element == [UInt8] {
        makeSource = { SequenceSource(sequence.makeAsyncIterator()) }
    }

    /// A stream from a closure that returns nil at its end.
    public init(pulling pull: @escaping @Sendable () async throws -> [UInt8]?) {
        makeSource = { ClosureSource(pull) }
    }

    /// The pulling end, one per iteration, used by one task at a time.
    class Source {
        func pull() async throws -> [UInt8]? { nil }
    }

    private final class SequenceSource<I: AsyncIteratorProtocol>: Source where I.Element == [UInt8] {
        var iterator: I
        init(_ iterator: I) { self.iterator = iterator }
        override func pull() async throws -> [UInt8]? { try await iterator.next(isolation: #isolation) }
    }

    private final class ClosureSource: Source {
        let next: @Sendable () async throws -> [UInt8]?
        init(_ next: @escaping @Sendable () async throws -> [UInt8]?) { self.next = next }
        override func pull() async throws -> [UInt8]? { try await next() }
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let source: Source
        public mutating func next() async throws -> [UInt8]? { try await source.pull() }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: makeSource()) }
}

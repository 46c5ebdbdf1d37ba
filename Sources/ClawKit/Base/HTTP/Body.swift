/// The body of a request or a response: nothing, bytes at hand, a value not yet encoded, or a stream.
///
/// Iterating a body yields chunks of bytes. A stream may be iterated once; the other forms any number of times.
public struct Body: Sendable {
    /// A value that can stand in a body unencoded. In-process transports pass it through untouched,
    /// so that a client and an embedded server need not serialise what both hold as a tree.
    public protocol Value: Sendable {
        func encodedBytes() -> [UInt8]
    }

    package enum Storage: Sendable {
        case bytes([UInt8])
        case value(any Value)
        case stream(ByteStream, length: Int?, source: (any Sendable)?)
    }

    package let storage: Storage

    public static let empty = Body(storage: .bytes([]))

    public static func bytes(_ bytes: [UInt8]) -> Body { Body(storage: .bytes(bytes)) }

    public static func string(_ text: String) -> Body { Body(storage: .bytes(Array(text.utf8))) }

    public static func value(_ value: some Value) -> Body { Body(storage: .value(value)) }

    /// A body produced as it is read. `length` in bytes where it is known beforehand; `source` is what the bytes
    /// are made from, for a peer in the same process that can take it unencoded.
    public static func stream<S: AsyncSequence & Sendable>(
        _ sequence: S, length: Int? = nil, source: (any Sendable)? = nil
    ) -> Body where S.Element == [UInt8] {
        Body(storage: .stream(sequence as? ByteStream ?? ByteStream(sequence), length: length, source: source))
    }

    /// The length in bytes, nil for a stream of unknown length.
    public var length: Int? {
        switch storage {
        case .bytes(let bytes): bytes.count
        case .value: nil
        case .stream(_, let length, _): length
        }
    }

    /// The unencoded value, where the other side of an in-process transport put one.
    public var value: (any Value)? {
        if case .value(let value) = storage { value } else { nil }
    }

    /// What a stream's bytes are made from, where the other side of an in-process transport says so.
    public var streamSource: (any Sendable)? {
        if case .stream(_, _, let source) = storage { source } else { nil }
    }

    /// The bytes where they are at hand without waiting; nil for a stream.
    public var immediateBytes: [UInt8]? {
        switch storage {
        case .bytes(let bytes): bytes
        case .value(let value): value.encodedBytes()
        case .stream: nil
        }
    }

    /// Reads the whole body.
    /// - Throws: ``Finding`` with ``FindingCode/bodyTooLarge`` beyond `limit` bytes, or what the stream throws.
    public func collect(limit: Int) async throws -> [UInt8] {
        switch storage {
        case .bytes(let bytes):
            guard bytes.count <= limit else { throw Finding.bodyTooLarge(limit: limit) }
            return bytes
        case .value(let value): return value.encodedBytes()
        case .stream(let stream, let length, _):
            var collected: [UInt8] = []
            // A promise only: a body may be shorter, and what is never written takes no memory.
            if let length, length <= limit { collected.reserveCapacity(length) }
            for try await chunk in stream {
                guard collected.count + chunk.count <= limit else { throw Finding.bodyTooLarge(limit: limit) }
                collected += chunk
            }
            return collected
        }
    }
}

extension Body: AsyncSequence {
    public typealias Element = [UInt8]

    public struct AsyncIterator: AsyncIteratorProtocol {
        enum State {
            case once([UInt8])
            case stream(ByteStream.AsyncIterator)
            case done
        }
        var state: State

        public mutating func next() async throws -> [UInt8]? {
            switch state {
            case .once(let bytes):
                state = .done
                return bytes.isEmpty ? nil : bytes
            case .stream(var iterator):
                let chunk = try await iterator.next()
                state = chunk == nil ? .done : .stream(iterator)
                return chunk
            case .done: return nil
            }
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        switch storage {
        case .stream(let stream, _, _): AsyncIterator(state: .stream(stream.makeAsyncIterator()))
        case .bytes, .value: AsyncIterator(state: .once(immediateBytes ?? []))
        }
    }
}

/// Bytes as a network delivers them, 64 KiB at a time.
struct Chunks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    private let chunks: [[UInt8]]

    init(_ bytes: [UInt8]) {
        let size = 1 << 16
        chunks = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<Swift.min($0 + size, bytes.count)]) }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<[UInt8]>
        mutating func next() async throws -> [UInt8]? { rest.popFirst() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: chunks[...]) }
}

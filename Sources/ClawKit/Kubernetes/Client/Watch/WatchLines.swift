#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The events of one watch response: one JSON document a line, however the bytes are chunked.
struct WatchLines {
    /// The largest event accepted, in bytes.
    static let limit = 64 << 20

    private var chunks: Body.AsyncIterator
    private var values: (any WatchValues)?
    private var buffer: [UInt8] = []
    /// Where the next line starts, and up to where it has been searched for its end.
    private var start = 0
    private var scanned = 0

    private let managedFields: JSONParser.ManagedFields

    init(_ body: Body, managedFields: JSONParser.ManagedFields = .lazy) {
        self.managedFields = managedFields
        values = body.streamSource as? any WatchValues
        chunks = body.makeAsyncIterator()
    }

    /// The next event; nil at the end, where a line that was cut off does not count.
    mutating func next() async throws -> JSONObject? {
        if let values { return try await values.next() }
        while true {
            if let end = nextLineFeed() {
                let line = start..<end
                (start, scanned) = (end + 1, end + 1)
                if buffer[line].allSatisfy({ $0 == UInt8(ascii: "\r") }) { continue }
                guard let event = try JSONParser.parse(buffer.span.extracting(line), managedFields: managedFields).object else {
                    throw WatchProtocolError.noObject
                }
                return event
            }
            // Once per chunk, not per line: moving the rest costs as much as there is of it.
            buffer.removeFirst(start)
            (start, scanned) = (0, buffer.count)
            guard buffer.count <= Self.limit else { throw WatchProtocolError.lineTooLong(limit: Self.limit) }
            guard let chunk = try await chunks.next() else { return nil }
            buffer += chunk
        }
    }

    /// By memchr(3), which looks at many bytes at once.
    private func nextLineFeed() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, scanned < bytes.count,
                let found = memchr(base + scanned, 0x0A, bytes.count - scanned)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}

/// A watch's events as trees: what an embedded server puts into a body instead of bytes, so that events between
/// two parts of one process are never encoded.
package protocol WatchValues: Sendable {
    /// The next event, `{"type": …, "object": …}`; nil at the end.
    func next() async throws -> JSONObject?
}

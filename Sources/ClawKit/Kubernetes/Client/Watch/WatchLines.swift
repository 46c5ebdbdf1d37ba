/// The events of one watch response: one JSON document a line, however the bytes are chunked.
struct WatchLines {
    /// The largest event accepted, in bytes.
    static let limit = 64 << 20

    private var chunks: Body.AsyncIterator
    private var values: (any WatchValues)?
    private var buffer: [UInt8] = []
    private var scanned = 0

    init(_ body: Body) {
        values = body.streamSource as? any WatchValues
        chunks = body.makeAsyncIterator()
    }

    mutating func next() async throws -> JSONObject? {
        if let values { return try await values.next() }
        while true {
            if let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                scanned = 0
                if line.isEmpty { continue }
                guard let event = try JSONParser.parse(line).object else { throw WatchProtocolError.noObject }
                return event
            }
            scanned = buffer.count
            guard buffer.count <= Self.limit else { throw WatchProtocolError.lineTooLong(limit: Self.limit) }
            guard let chunk = try await chunks.next() else { return nil }
            buffer += chunk
        }
    }
}

/// A watch's events as trees: what an embedded server puts into a body instead of bytes, so that events between
/// two parts of one process are never encoded.
package protocol WatchValues: Sendable {
    /// The next event, `{"type": …, "object": …}`; nil at the end.
    func next() async throws -> JSONObject?
}

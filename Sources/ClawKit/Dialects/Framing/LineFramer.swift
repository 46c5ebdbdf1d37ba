/// Cuts a byte stream into lines (NDJSON): chunks may end anywhere, also inside a character.
///
/// A line ends with LF; a CR before it belongs to the break. Blank lines are left out.
public struct LineFramer: Sendable {
    /// How many bytes one line may have.
    public let limit: Int
    private var pending: [UInt8] = []

    public init(limit: Int = 8 << 20) { self.limit = limit }

    /// Takes the next chunk and returns the lines it completes, without their breaks.
    /// - Throws: ``ModelError`` for a line beyond the limit.
    public mutating func feed(_ chunk: [UInt8]) throws(ModelError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try take(chunk[start..<end])
            start = end + 1
            if let line = takeLine() { lines.append(line) }
        }
        try take(chunk[start...])
        return lines
    }

    /// The last line, where the stream ended without a break after it.
    public mutating func takeRest() -> [UInt8]? { takeLine() }

    private mutating func takeLine() -> [UInt8]? {
        if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        defer { pending = [] }
        return pending.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } ? nil : pending
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) throws(ModelError) {
        guard pending.count + bytes.count <= limit else {
            throw ModelError(.malformed, "A line of the upstream's answer is longer than \(limit) bytes.")
        }
        pending += bytes
    }
}

/// Cuts a byte stream into the blocks of an event stream: each up to and with its closing blank line.
///
/// Chunks may end anywhere, also between CR and LF or inside a character. A block is handed out as soon as its
/// blank line is there. For a proxy that passes blocks on as they came; ``ServerSentEventDecoder`` reads them.
public struct ServerSentEventFramer: Sendable {
    /// How many bytes one block may have.
    public let limit: Int

    private var pending: [UInt8] = []
    private var lineIsEmpty = true
    private var lastWasCR = false
    private var isAtStart = true

    public init(limit: Int = 8 << 20) { self.limit = limit }

    /// Whether bytes of an unfinished block are held back. At the stream's end they are void.
    public var hasPartialBlock: Bool { !pending.isEmpty }

    /// Takes the next chunk and returns the blocks it completes; blocks without any field or comment are left out.
    /// - Throws: ``Finding`` with ``FindingCode/bodyTooLarge`` for a block beyond the limit.
    public mutating func feed(_ chunk: [UInt8]) throws(Finding) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var start = 0
        var index = 0
        while index < chunk.count {
            let byte = chunk[index]
            index += 1
            if lastWasCR, byte == UInt8(ascii: "\n") {
                lastWasCR = false
                // The block ended with the CR and has been handed out: its LF belongs to nothing.
                if pending.isEmpty, start == index - 1 { start = index }
                continue
            }
            lastWasCR = byte == UInt8(ascii: "\r")
            guard lastWasCR || byte == UInt8(ascii: "\n") else {
                lineIsEmpty = false
                continue
            }
            guard lineIsEmpty else {
                lineIsEmpty = true
                continue
            }
            if lastWasCR, index < chunk.count, chunk[index] == UInt8(ascii: "\n") {
                lastWasCR = false
                index += 1
            }
            try take(chunk[start..<index])
            start = index
            // A lone line break between blocks has nothing to say.
            if pending.count > 2 { blocks.append(pending) }
            pending = []
        }
        try take(chunk[start...])
        return blocks
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) throws(Finding) {
        guard pending.count + bytes.count <= limit else {
            throw Finding(.bodyTooLarge, "A server-sent event is larger than the limit of \(limit) bytes.")
        }
        pending += bytes
        // A byte order mark may open the stream and means nothing.
        if isAtStart, pending.count >= 3 {
            isAtStart = false
            if pending.starts(with: [0xEF, 0xBB, 0xBF]) { pending.removeFirst(3) }
        }
    }
}

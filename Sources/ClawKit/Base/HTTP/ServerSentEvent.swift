/// One server-sent event (WHATWG HTML, "Server-sent events", event stream interpretation).
public struct ServerSentEvent: Sendable, Hashable {
    /// The event's type; nil means `message`.
    public var event: String?
    /// The lines of `data:` fields, joined by line feeds.
    public var data: String
    public var id: String?
    /// How long a client should wait before it connects again, in milliseconds.
    public var retry: Int?

    public init(data: String, event: String? = nil, id: String? = nil, retry: Int? = nil) {
        (self.event, self.data, self.id, self.retry) = (event, data, id, retry)
    }

    /// The event as it goes over the wire, with its closing blank line.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        func write(_ field: StaticString, _ value: some Sequence<UInt8>) {
            out += field.description.utf8
            out += value
            out.append(UInt8(ascii: "\n"))
        }
        // A line break inside these would start a field of the caller's making.
        if let event { write("event: ", event.utf8.filter { !isLineBreak($0) }) }
        if let id { write("id: ", id.utf8.filter { !isLineBreak($0) && $0 != 0 }) }
        if let retry { write("retry: ", String(retry).utf8) }
        for line in lines(of: Array(data.utf8)[...]) { write("data: ", line) }
        out.append(UInt8(ascii: "\n"))
        return out
    }

    /// A comment line: keeps a quiet connection alive, and every reader skips it.
    public static func comment(_ text: String) -> [UInt8] {
        Array(": ".utf8) + text.utf8.filter { !isLineBreak($0) } + Array("\n\n".utf8)
    }

    /// Reads one block of an event stream, with or without its closing blank line.
    /// Nil where the block has no `data:` field: such a block is not dispatched.
    public init?(block: some Collection<UInt8>) {
        self.init(data: "")
        var data: [UInt8]?
        for line in lines(of: Array(block)[...]) {
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            var value = line[colon...].dropFirst()
            if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
            switch String(decoding: line[..<colon], as: UTF8.self) {
            case "data": data = data.map { $0 + [UInt8(ascii: "\n")] + value } ?? Array(value)
            case "event": event = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
            case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
            case "retry": retry = Int(String(decoding: value, as: UTF8.self)).flatMap { $0 < 0 ? nil : $0 } ?? retry
            default: break
            }
        }
        guard let data else { return nil }
        self.data = String(decoding: data, as: UTF8.self)
    }
}

private func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

/// Splits at CRLF, CR or LF. A break at the very end starts no further line; empty text is one empty line.
private func lines(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = text
    while let end = rest.firstIndex(where: isLineBreak) {
        lines.append(rest[..<end])
        let isPair = rest[end] == UInt8(ascii: "\r") && end + 1 < rest.endIndex && rest[end + 1] == UInt8(ascii: "\n")
        rest = rest[(end + (isPair ? 2 : 1))...]
    }
    if !rest.isEmpty || lines.isEmpty { lines.append(rest) }
    return lines
}

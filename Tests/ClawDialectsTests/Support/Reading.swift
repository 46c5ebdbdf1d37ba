import ClawBase
import ClawDialects
import ClawDocuments
import HTTPTypes
import Testing

/// The events of a whole stream, cut into chunks of so many bytes.
func events(
    _ dialect: UpstreamDialect, _ text: String, cut size: Int = .max, limits: DialectLimits = DialectLimits()
) -> [StreamEvent] {
    events(dialect, bytes: Array(text.utf8), cut: size, limits: limits)
}

func events(
    _ dialect: UpstreamDialect, bytes: [UInt8], cut size: Int = .max, limits: DialectLimits = DialectLimits()
) -> [StreamEvent] {
    var decoder = dialect.streamDecoder(limits: limits)
    var events: [StreamEvent] = []
    for chunk in chunks(bytes, size) { events += decoder.receive(chunk) }
    return events + decoder.receiveEnd()
}

func chunks(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    guard size < bytes.count else { return [bytes] }
    return stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}

/// Whether the model made progress.
func hasTokens(_ events: [StreamEvent]) -> Bool { events.contains { $0.isTokenActivity } }

/// The answer these events make; nil where they end in an error.
func answer(_ events: [StreamEvent]) -> ModelAnswer? {
    var collector = AnswerCollector()
    for event in events { collector.add(event) }
    return collector.finished
}

/// The error these events end in.
func failure(_ events: [StreamEvent]) -> ModelError? {
    if case .error(let error)? = events.last { error } else { nil }
}

/// Neighbouring deltas of a part as one: how a stream is cut is not what it says.
func merged(_ events: [StreamEvent]) -> [StreamEvent] {
    var out: [StreamEvent] = []
    for event in events {
        guard case .partDelta(let part, let more) = event, case .partDelta(part, let before)? = out.last else {
            if event != .ping { out.append(event) }
            continue
        }
        let both: PartDelta? =
            switch (before, more) {
            case (.text(let a), .text(let b)): .text(a + b)
            case (.reasoning(let a), .reasoning(let b)): .reasoning(a + b)
            case (.signature(let a), .signature(let b)): .signature(a + b)
            case (.arguments(let a), .arguments(let b)): .arguments(a + b)
            case (.refusal(let a), .refusal(let b)): .refusal(a + b)
            default: nil
            }
        if let both { out[out.count - 1] = .partDelta(part, both) } else { out.append(event) }
    }
    return out
}

func json(_ text: String) throws -> JSON { try JSONParser.parse(Array(text.utf8)) }
func json(_ bytes: [UInt8]) throws -> JSON { try JSONParser.parse(bytes) }

/// The `data:` of a stream of events, parsed; `[DONE]` as a text.
func payloads(_ bytes: [UInt8]) throws -> [JSON] {
    var decoder = ServerSentEventDecoder()
    return try decoder.feed(bytes).map { $0.data == "[DONE]" ? .string("[DONE]") : try json($0.data) }
}

func request(_ dialect: ClientDialect, _ text: String) throws -> ModelRequest {
    try ClientRequest(dialect, Array(text.utf8)).decoded()
}

/// The error that reading this request ends in.
func refusal(_ dialect: ClientDialect, _ text: String) -> ModelError? {
    do throws(ModelError) {
        _ = try ClientRequest(dialect, Array(text.utf8)).decoded()
        return nil
    } catch { return error }
}

let context = ReplyContext(id: "1", model: "alias", created: 1_700_000_000, includesUsage: true)

func headers(_ fields: [String: String]) -> HTTPFields {
    var headers = HTTPFields()
    for (name, value) in fields { if let name = HTTPField.Name(name) { headers[name] = value } }
    return headers
}

// The parsers of the model dialects under libFuzzer, built by Scripts/fuzz-dialects.sh in one module with their sources.
import ClawDocuments

/// The first byte says what is tried, the second which dialect, the third how the rest is cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard bytes.count >= 3 else { return 0 }
    let (dialect, cut, rest) = (Int(bytes[1]), Int(bytes[2] & 31) + 1, Array(bytes[3...]))
    switch bytes[0] % 5 {
    case 0: streams(UpstreamDialect.allCases[dialect % UpstreamDialect.allCases.count], cut, rest)
    case 1: requests(ClientDialect.allCases[dialect % ClientDialect.allCases.count], rest)
    case 2: relays(ClientDialect.allCases[dialect % ClientDialect.allCases.count], cut, rest)
    case 3: answers(UpstreamDialect.allCases[dialect % UpstreamDialect.allCases.count], rest)
    default: edits(rest)
    }
    return 0
}

private func pieces(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}

/// However a stream is cut, it means the same, ends once, and is well-formed in every client's dialect.
private func streams(_ dialect: UpstreamDialect, _ cut: Int, _ bytes: [UInt8]) {
    func events(_ chunks: [[UInt8]]) -> [StreamEvent] {
        var decoder = dialect.streamDecoder()
        var events: [StreamEvent] = []
        for chunk in chunks { events += decoder.receive(chunk) }
        return events + decoder.receiveEnd()
    }
    func outcome(_ events: [StreamEvent]) -> (ModelAnswer, Bool) {
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        precondition((collector.finished == nil) == (collector.error != nil), "a stream must end once")
        return (collector.soFar, collector.finished != nil)
    }
    let whole = events([bytes])
    let (answer, isWhole) = outcome(whole)
    precondition(outcome(events(pieces(bytes, cut))) == (answer, isWhole), "a cut changed what a stream says")
    for (client, reader) in [
        (ClientDialect.openAIChat, UpstreamDialect.openAI), (.anthropicMessages, .anthropic), (.ollamaChat, .ollama),
    ] {
        var encoder = client.streamEncoder(ReplyContext(id: "1", model: "m", created: 1, includesUsage: true))
        var decoder = reader.streamDecoder()
        var seen = decoder.receive(encoder.encode(whole))
        seen += decoder.receiveEnd()
        let (read, wasWhole) = outcome(seen)
        precondition(wasWhole == isWhole, "a client saw another ending")
        // Some dialects tell a refusal as text.
        let refuses = answer.parts.contains { if case .refusal = $0.content { true } else { false } }
        if isWhole, !refuses {
            precondition(read.parts.joinedText == answer.parts.joinedText, "a client read another text")
        }
    }
}

/// What is accepted can be written for every upstream, as JSON.
private func requests(_ dialect: ClientDialect, _ bytes: [UInt8]) {
    guard let request = try? ClientRequest(dialect, bytes), let decoded = try? request.decoded() else { return }
    for upstream in UpstreamDialect.allCases {
        let target = UpstreamTarget(upstream, model: "real")
        if let call = try? target.call(decoded) {
            precondition((try? JSONParser.parse(call.body))?.object != nil, "a request for an upstream is no JSON")
        }
        guard let call = target.passing(request, maxOutputTokens: 5) else { continue }
        precondition((try? JSONParser.parse(call.body))?["model"]?.string == "real", "a name is not replaced")
    }
}

/// However a stream is cut, the same passes, and it ends the same way.
private func relays(_ dialect: ClientDialect, _ cut: Int, _ bytes: [UInt8]) {
    func pass(_ chunks: [[UInt8]]) -> (bytes: [UInt8], isSuccess: Bool, usage: TokenUsage?) {
        var relay = StreamRelay(dialect, includesUsage: false)
        var out: [UInt8] = []
        for chunk in chunks { out += relay.receive(chunk).bytes }
        if relay.ending == nil { out += relay.receiveEnd().bytes }
        guard case .success? = relay.ending else { return (out, false, relay.usage) }
        return (out, true, relay.usage)
    }
    let whole = pass([bytes])
    let parts = pass(pieces(bytes, cut))
    precondition(whole.isSuccess == parts.isSuccess, "a cut changed how a stream ends")
    // With CR for breaks, blocks may lose the LF that follows at a cut.
    if !bytes.contains(UInt8(ascii: "\r")), whole.isSuccess {
        precondition(whole.bytes == parts.bytes && whole.usage == parts.usage)
    }
}

private func answers(_ dialect: UpstreamDialect, _ bytes: [UInt8]) {
    _ = dialect.decodeError(status: 429, body: bytes)
    guard let answer = try? dialect.decodeAnswer(body: bytes) else { return }
    precondition(answer.usage.total >= 0, "usage overflows")
    for client in ClientDialect.allCases {
        let reply = client.encode(answer, ReplyContext(id: "1", model: "m", created: 1))
        precondition((try? JSONParser.parse(reply.body))?.object != nil, "an answer to a client is no JSON")
    }
}

/// A member that is set is set, and all else stays.
private func edits(_ bytes: [UInt8]) {
    guard let before = (try? JSONParser.parse(bytes))?.object else { return }
    guard let after = (try? JSONParser.parse(JSONEdit.setting([("model", [UInt8(ascii: "1")])], in: bytes)))?.object
    else {
        fatalError("an edit broke a document")
    }
    precondition(after["model"]?.integer == 1)
    for (name, value) in before where name != "model" {
        precondition(after[name]?.bytes() == value.bytes(), "an edit changed something else")
    }
}

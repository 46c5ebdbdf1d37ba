import ClawBase
import ClawDocuments

/// What is known of a stream that passes: looks at each event with as little reading as will do.
struct RelayWatcher: Sendable {
    enum Verdict {
        /// Passes, and is the model's progress.
        case tokens
        /// Passes, and is none.
        case quiet
        case drop
        /// Passes, and ends the stream.
        case success
        case failure(ModelError)
    }

    private let dialect: ClientDialect
    private let includesUsage: Bool
    private let limits: DialectLimits
    private(set) var usage: TokenUsage?
    private(set) var finish: FinishReason?
    /// OpenAI's choices by index, those beyond 63 as one: which have begun, and which said how they ended.
    private var begun: UInt64 = 0
    private var finished: UInt64 = 0
    /// Anthropic's open blocks.
    private var blocks: [Int] = []
    private var hasStarted = false

    init(_ dialect: ClientDialect, includesUsage: Bool, limits: DialectLimits) {
        (self.dialect, self.includesUsage, self.limits) = (dialect, includesUsage, limits)
    }

    /// What stands for the terminator an upstream left out, where the answer is whole without it.
    var missingTerminator: [UInt8]? {
        switch dialect {
        case .openAIChat, .openAICompletions: isOpenAIWhole ? Array("data: [DONE]\n\n".utf8) : nil
        default: nil
        }
    }

    private var isOpenAIWhole: Bool { finished != 0 && begun == finished }

    // MARK: events

    /// Looks at one event with its line breaks.
    mutating func inspect(_ event: UnsafeBufferPointer<UInt8>) -> Verdict {
        if dialect.family == .ollama {
            let isBlank = event.allSatisfy { $0 <= 0x20 }
            return isBlank ? .quiet : inspectLine(event)
        }
        switch Self.data(of: event) {
        case .none: return .quiet
        case .one(let range): return inspect(data: UnsafeBufferPointer(rebasing: event[range]))
        case .several:
            guard let joined = ServerSentEvent(block: event) else { return .quiet }
            return Array(joined.data.utf8).withUnsafeBufferPointer { inspect(data: $0) }
        }
    }

    private enum Data {
        case none
        case one(Range<Int>)
        case several
    }

    /// Where the data of an event stands.
    private static func data(of event: UnsafeBufferPointer<UInt8>) -> Data {
        var scanner = JSONScanner(event)
        var found: Range<Int>?
        while !scanner.isAtEnd {
            let start = scanner.position
            let end = ByteSearch.index(of: UInt8(ascii: "\n"), or: UInt8(ascii: "\r"), in: event, from: start)
            if scanner.begins("data:") {
                if found != nil { return .several }
                found = (start + 5)..<end
            }
            scanner.position = end + 1
        }
        return found.map(Data.one) ?? .none
    }

    private mutating func inspect(data: UnsafeBufferPointer<UInt8>) -> Verdict {
        switch dialect {
        case .openAIChat, .openAICompletions: inspectOpenAI(data)
        case .anthropicMessages: inspectAnthropic(data)
        case .openAIResponses: inspectResponses(data)
        case .ollamaChat, .ollamaGenerate: inspectLine(data)
        }
    }

    private func malformed() -> Verdict {
        .failure(ModelError(.malformed, "The upstream sent an event that is no JSON object; try again."))
    }

    private func parse(_ data: UnsafeBufferPointer<UInt8>) -> JSON? {
        guard let json = try? JSONParser.parse(Array(data), limits: .init(depth: limits.depth)), json.object != nil
        else { return nil }
        return json
    }

    /// Whether nothing but blanks follows the closing brace.
    private func isClosed(_ scanner: inout JSONScanner) -> Bool {
        guard scanner.skip(UInt8(ascii: "}")) else { return false }
        scanner.skipBlanks()
        return scanner.isAtEnd
    }

    // MARK: OpenAI

    private mutating func inspectOpenAI(_ data: UnsafeBufferPointer<UInt8>) -> Verdict {
        var scanner = JSONScanner(data)
        scanner.skipBlanks()
        if scanner.begins("[DONE]") {
            return isOpenAIWhole
                ? .success
                : .failure(
                    ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again."))
        }
        guard scanner.skip(UInt8(ascii: "{")) else { return malformed() }
        var needsParsing = false
        var hasChoices = false
        var hasUsage = false
        while let key = scanner.nextKey() {
            if scanner.matches(key, "\"choices\""), scanner.current == UInt8(ascii: "[") {
                guard inspect(choices: &scanner, &hasChoices, &needsParsing) else { return malformed() }
                continue
            }
            let isNull = scanner.begins("null")
            guard let value = scanner.skipValue() else { return malformed() }
            if isNull { continue }
            if scanner.matches(key, "\"usage\"") { (hasUsage, needsParsing) = (true, true) }
            if scanner.matches(key, "\"error\"") { needsParsing = true }
            if scanner.matches(key, "\"object\""), scanner.matches(value, "\"error\"") { needsParsing = true }
        }
        guard isClosed(&scanner) else { return malformed() }
        guard needsParsing else { return hasChoices ? .tokens : .quiet }
        guard let json = parse(data) else { return malformed() }
        if let error = OpenAIErrors.decode(json, status: nil) { return .failure(error) }
        if let told = TokenUsage(openAI: json["usage"]) { usage = told }
        for choice in json["choices"]?.array ?? [] {
            guard let word = choice["finish_reason"]?.string, !word.isEmpty else { continue }
            if (choice["index"]?.integer ?? 0) == 0 { finish = FinishReason(openAI: word) }
            finished |= Self.bit(choice["index"]?.integer.map(Int.init) ?? 0)
        }
        if hasUsage, !hasChoices, !includesUsage { return .drop }
        return hasChoices ? .tokens : .quiet
    }

    private static func bit(_ index: Int) -> UInt64 { 1 << UInt64(max(0, min(63, index))) }

    /// Looks through the choices for one that says how it ended; false for what is no list of objects.
    private mutating func inspect(
        choices scanner: inout JSONScanner, _ hasChoices: inout Bool, _ needsParsing: inout Bool
    ) -> Bool {
        scanner.position += 1
        while true {
            scanner.skipBlanks()
            if scanner.skip(UInt8(ascii: "]")) { return true }
            if scanner.skip(UInt8(ascii: ",")) { continue }
            guard scanner.skip(UInt8(ascii: "{")) else { return false }
            hasChoices = true
            var index = 0
            while let key = scanner.nextKey() {
                if scanner.matches(key, "\"index\""), case let digit = scanner.current &- UInt8(ascii: "0"), digit < 10
                {
                    index = Int(digit)
                    scanner.position += 1
                    while case let digit = scanner.current &- UInt8(ascii: "0"), digit < 10 {
                        index = min(63, index * 10 + Int(digit))
                        scanner.position += 1
                    }
                    continue
                }
                if scanner.matches(key, "\"finish_reason\""), scanner.current == UInt8(ascii: "\"") {
                    needsParsing = true
                }
                guard scanner.skipValue() != nil else { return false }
            }
            begun |= Self.bit(index)
            guard scanner.skip(UInt8(ascii: "}")) else { return false }
        }
    }

    // MARK: Anthropic

    private mutating func inspectAnthropic(_ data: UnsafeBufferPointer<UInt8>) -> Verdict {
        var scanner = JSONScanner(data)
        scanner.skipBlanks()
        if scanner.begins("[DONE]") { return .drop }
        guard scanner.skip(UInt8(ascii: "{")) else { return malformed() }
        var isDelta = false
        var index = 0
        while let key = scanner.nextKey() {
            guard let value = scanner.skipValue() else { return malformed() }
            if scanner.matches(key, "\"type\"") { isDelta = scanner.matches(value, "\"content_block_delta\"") }
            if scanner.matches(key, "\"index\"") {
                index = Int(String(decoding: data[value], as: UTF8.self)) ?? 0
            }
        }
        guard isClosed(&scanner) else { return malformed() }
        guard isDelta else { return parse(data).map { inspect(anthropic: $0) } ?? malformed() }
        guard blocks.contains(index) else {
            return .failure(ModelError(.malformed, "The upstream sent a delta of a block that is not open; try again."))
        }
        return .tokens
    }

    private mutating func inspect(anthropic json: JSON) -> Verdict {
        let index = json["index"]?.integer.map(Int.init) ?? 0
        switch json["type"]?.string {
        case "message_start":
            guard !hasStarted else { return .drop }
            hasStarted = true
            take(TokenUsage(anthropic: json["message"]?["usage"]))
            return .quiet
        case "content_block_start":
            guard !blocks.contains(index) else { return .drop }
            guard blocks.count < limits.answerParts else { return malformed() }
            blocks.append(index)
            return .tokens
        case "content_block_stop":
            guard let open = blocks.firstIndex(of: index) else { return .drop }
            blocks.remove(at: open)
            return .quiet
        case "message_delta":
            if let word = json["delta"]?["stop_reason"]?.string {
                finish = FinishReason(anthropic: word, sequence: json["delta"]?["stop_sequence"]?.string)
            }
            if let told = json["usage"] { take(TokenUsage(anthropic: told)) }
            return .quiet
        case "message_stop":
            guard finish != nil, blocks.isEmpty else {
                return .failure(
                    ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again."))
            }
            return .success
        case "error":
            return .failure(
                AnthropicAnswers.decode(error: json, status: nil)
                    ?? ModelError(.server, "The upstream failed without a word."))
        default: return .quiet
        }
    }

    private mutating func take(_ told: TokenUsage) {
        var sum = usage ?? TokenUsage()
        sum.take(greater: told)
        usage = sum
    }

    // MARK: Responses

    private mutating func inspectResponses(_ data: UnsafeBufferPointer<UInt8>) -> Verdict {
        var scanner = JSONScanner(data)
        scanner.skipBlanks()
        if scanner.begins("[DONE]") { return .drop }
        guard scanner.skip(UInt8(ascii: "{")) else { return malformed() }
        var type = 0..<0
        while let key = scanner.nextKey() {
            guard let value = scanner.skipValue() else { return malformed() }
            if scanner.matches(key, "\"type\"") { type = value }
        }
        guard isClosed(&scanner) else { return malformed() }
        let isDelta = type.count > 8 && data[(type.upperBound - 7)..<type.upperBound].elementsEqual(".delta\"".utf8)
        if isDelta { return .tokens }
        let ends: [StaticString] = [
            "\"response.completed\"", "\"response.incomplete\"", "\"response.failed\"", "\"error\"",
            "\"response.cancelled\"",
        ]
        guard ends.contains(where: { scanner.matches(type, $0) }) else { return .quiet }
        guard let json = parse(data) else { return malformed() }
        let response = json["response"]
        if let told = TokenUsage(openAIResponses: response?["usage"]) { usage = told }
        switch json["type"]?.string {
        case "response.completed"?:
            finish = .stop
            return .success
        case "response.incomplete"?:
            finish = response?["incomplete_details"]?["reason"]?.string == "content_filter" ? .contentFilter : .length
            return .success
        default:
            let error: JSON = response?["error"] ?? json["error"] ?? json
            return .failure(
                OpenAIErrors.decode(["error": error], status: nil)
                    ?? ModelError(.server, "The upstream failed without a word."))
        }
    }

    // MARK: Ollama

    private mutating func inspectLine(_ line: UnsafeBufferPointer<UInt8>) -> Verdict {
        var scanner = JSONScanner(line)
        scanner.skipBlanks()
        guard scanner.skip(UInt8(ascii: "{")) else { return malformed() }
        var needsParsing = false
        while let key = scanner.nextKey() {
            guard let value = scanner.skipValue() else { return malformed() }
            if scanner.matches(key, "\"done\"") { needsParsing = needsParsing || scanner.matches(value, "true") }
            if scanner.matches(key, "\"error\"") { needsParsing = needsParsing || !scanner.matches(value, "null") }
        }
        guard isClosed(&scanner) else { return malformed() }
        guard needsParsing else { return .tokens }
        guard let json = parse(line) else { return malformed() }
        if let error = OllamaAnswers.decode(error: json, status: nil) { return .failure(error) }
        usage = TokenUsage(ollama: json)
        finish = FinishReason(ollama: json["done_reason"]?.string)
        return .success
    }
}

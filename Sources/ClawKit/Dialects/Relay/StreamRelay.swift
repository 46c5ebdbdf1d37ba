import ClawBase

/// Passes a stream on where client and upstream speak alike, event by event as the bytes came, and watches usage,
/// finish and errors.
///
/// An event is scanned, not parsed, unless it says one of these; a chunk of whole events goes out as the same array
/// that came in. Events may be cut anywhere; what is unfinished waits.
public struct StreamRelay: Sendable {
    /// What came of a chunk.
    public struct Output: Sendable {
        /// What goes to the client; often the very bytes that came.
        public var bytes: [UInt8] = []
        /// Whether the model itself made progress; comments and pings are none.
        public var hasTokenActivity = false
        /// How the stream ended; nil while it goes on.
        public var ending: Ending?
    }

    public enum Ending: Sendable, Hashable {
        /// The answer is whole, and its terminator among the bytes.
        case success
        /// It is not; nothing of the error is among the bytes: ``ClientDialect/streamError(_:)`` writes it, unless
        /// another upstream takes over.
        case failure(ModelError)
    }

    private var watcher: RelayWatcher
    private let limits: DialectLimits
    private let isLines: Bool
    /// The beginning of an event that is not whole yet.
    private var pending: [UInt8] = []
    /// How far that has been searched for its end, so that bytes that come one by one are searched once.
    private var search = Search()
    /// Once a stream has broken its lines with CR, which the quick way does not know.
    private var framer: ServerSentEventFramer?
    private var isFirst = true
    private var room: Int
    public private(set) var ending: Ending?

    /// - Parameter includesUsage: whether the client asked for OpenAI's usage chunk; it is left out otherwise.
    public init(_ dialect: ClientDialect, includesUsage: Bool, limits: DialectLimits = DialectLimits()) {
        watcher = RelayWatcher(dialect, includesUsage: includesUsage, limits: limits)
        self.limits = limits
        isLines = dialect.family == .ollama
        room = limits.answerBytes
    }

    /// What the upstream said of its use so far.
    public var usage: TokenUsage? { watcher.usage }
    /// Why the answer ended, once it said so.
    public var finish: FinishReason? { watcher.finish }

    public mutating func receive(_ chunk: [UInt8]) -> Output {
        guard ending == nil else { return Output(ending: ending) }
        room -= chunk.count
        guard room >= 0 else { return failed(Output(), "an answer larger than the gateway takes") }
        if isFirst { leaveQuickWay(where: chunk.first == 0xEF) }
        isFirst = isFirst && chunk.isEmpty
        if framer == nil, !isLines { leaveQuickWay(where: Self.hasCR(chunk)) }
        if framer != nil { return receiveFramed(chunk) }
        if pending.isEmpty { return process(chunk) }
        var whole = pending
        pending = []
        // Grows in place: nobody else holds it.
        whole += chunk
        return process(whole)
    }

    /// The end of the upstream's bytes.
    public mutating func receiveEnd() -> Output {
        guard ending == nil else { return Output(ending: ending) }
        var output = Output()
        if isLines, !pending.isEmpty {
            pending.append(UInt8(ascii: "\n"))
            let rest = pending
            pending = []
            output = process(rest)
            if ending != nil { return output }
        }
        if let terminator = watcher.missingTerminator {
            output.bytes += terminator
            ending = .success
        } else {
            ending = .failure(
                ModelError(.truncated, "The upstream ended its stream before the answer was whole; try again."))
        }
        output.ending = ending
        return output
    }

    // MARK: the quick way

    /// Inspects the whole events of a buffer in place and keeps the rest.
    private mutating func process(_ buffer: [UInt8]) -> Output {
        var output = Output()
        var verdicts = Cut()
        let consumed = buffer.withUnsafeBufferPointer { bytes -> Int in
            var start = 0
            while start < bytes.count, ending == nil {
                guard let end = isLines ? search.lineEnd(bytes) : search.eventEnd(bytes) else { break }
                inspect(UnsafeBufferPointer(rebasing: bytes[start..<end]), start..<end, bytes, &verdicts, &output)
                start = end
            }
            search.move(by: start)
            return start
        }
        if ending == nil, consumed < buffer.count {
            pending = consumed == 0 ? buffer : Array(buffer[consumed...])
            if pending.count > limits.eventBytes {
                return failed(output, "an event larger than \(limits.eventBytes) bytes")
            }
        }
        output.bytes = verdicts.finish(buffer, consumed)
        output.ending = ending
        return output
    }

    private mutating func inspect(
        _ event: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ buffer: UnsafeBufferPointer<UInt8>,
        _ cut: inout Cut, _ output: inout Output
    ) {
        switch watcher.inspect(event) {
        case .tokens: output.hasTokenActivity = true
        case .quiet: break
        case .drop: cut.drop(range, of: buffer)
        case .success: ending = .success
        case .failure(let error):
            cut.drop(range, of: buffer)
            ending = .failure(error)
        }
    }

    private mutating func failed(_ output: Output, _ what: String) -> Output {
        var output = output
        ending = .failure(ModelError(.malformed, "The upstream sent \(what); try again."))
        output.ending = ending
        return output
    }

    /// Looks for the ends of events in a buffer to which bytes are added.
    private struct Search {
        private var lineStart = 0
        private var position = 0

        /// Behind the next blank line.
        mutating func eventEnd(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
            while true {
                position = ByteSearch.index(of: UInt8(ascii: "\n"), in: bytes, from: position)
                guard position < bytes.count else { return nil }
                let isBlank = position == lineStart
                position += 1
                lineStart = position
                if isBlank { return position }
            }
        }

        mutating func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
            position = ByteSearch.index(of: UInt8(ascii: "\n"), in: bytes, from: position)
            guard position < bytes.count else { return nil }
            position += 1
            return position
        }

        /// So many bytes are gone from the buffer's front.
        mutating func move(by count: Int) {
            position -= count
            lineStart = max(0, lineStart - count)
        }
    }

    private static func hasCR(_ chunk: [UInt8]) -> Bool {
        chunk.withUnsafeBufferPointer { ByteSearch.index(of: UInt8(ascii: "\r"), in: $0, from: 0) < $0.count }
    }

    /// What of a buffer goes out: all of it, until something is dropped.
    private struct Cut {
        private var out: [UInt8]?
        private var copied = 0

        mutating func drop(_ range: Range<Int>, of buffer: UnsafeBufferPointer<UInt8>) {
            var kept = out ?? []
            kept.append(contentsOf: buffer[copied..<range.lowerBound])
            out = kept
            copied = range.upperBound
        }

        func finish(_ buffer: [UInt8], _ consumed: Int) -> [UInt8] {
            guard let out else { return consumed == buffer.count ? buffer : Array(buffer[..<consumed]) }
            return copied < consumed ? out + buffer[copied..<consumed] : out
        }
    }

    // MARK: the long way

    private mutating func leaveQuickWay(where isNeeded: Bool) {
        guard isNeeded, framer == nil, !isLines else { return }
        framer = ServerSentEventFramer(limit: limits.eventBytes)
    }

    private mutating func receiveFramed(_ chunk: [UInt8]) -> Output {
        let bytes = pending + chunk
        pending = []
        let blocks: [[UInt8]]
        do { blocks = try framer?.feed(bytes) ?? [] } catch { return failed(Output(), "an event that is too large") }
        var output = Output()
        for block in blocks where ending == nil {
            let verdict = block.withUnsafeBufferPointer { watcher.inspect($0) }
            switch verdict {
            case .tokens: output.hasTokenActivity = true
            case .quiet: break
            case .drop: continue
            case .success: ending = .success
            case .failure(let error):
                ending = .failure(error)
                continue
            }
            output.bytes += block
        }
        output.ending = ending
        return output
    }
}

extension ClientDialect {
    /// An error as the last thing of a stream whose head has gone out.
    public func streamError(_ error: ModelError) -> [UInt8] {
        var encoder = ClientStreamEncoder(self, ReplyContext(id: "", model: "", created: 0))
        return encoder.encode(.error(error))
    }
}

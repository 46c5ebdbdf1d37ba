import ClawBase

/// The lines of a container's log, read as they are wanted.
///
/// A line ends at a line feed and nowhere else: U+2028, U+0085 or a carriage return are part of what a program wrote.
public struct LogLines: AsyncSequence, Sendable {
    public typealias Element = LogLine

    let api: any KubernetesAPI
    let request: @Sendable () throws -> APIRequest
    let hasTimestamps: Bool
    let lineLimit: Int

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lines: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private let lines: LogLines
        private var chunks: Body.AsyncIterator?
        private var splitter: LogLineSplitter

        init(lines: LogLines) {
            self.lines = lines
            splitter = LogLineSplitter(limit: lines.lineLimit)
        }

        public mutating func next() async throws -> LogLine? {
            while true {
                if let line = splitter.next() { return read(line) }
                if splitter.isFinished { return nil }
                if chunks == nil {
                    chunks = try await lines.api.stream(for: try lines.request()).makeAsyncIterator()
                }
                if let chunk = try await chunks?.next() { splitter.append(chunk) } else { splitter.finish() }
            }
        }

        private func read(_ line: LogLineSplitter.Line) -> LogLine {
            let text = String(decoding: line.bytes, as: UTF8.self)
            guard lines.hasTimestamps, let blank = text.utf8.firstIndex(of: UInt8(ascii: " ")),
                let written = Timestamp(rfc3339: String(text[..<blank]))
            else { return LogLine(text, isCut: line.isCut) }
            return LogLine(String(text[text.utf8.index(after: blank)...]), written: written, isCut: line.isCut)
        }
    }
}

/// Bytes to lines. Holds no more than one chunk and one line up to the limit.
struct LogLineSplitter {
    struct Line: Equatable {
        var bytes: ArraySlice<UInt8>
        var isCut = false
    }

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where the next line starts, and up to where it has been searched for its end.
    private var start = 0
    private var scanned = 0
    /// In the rest of a line that has been given already, cut.
    private var isSkipping = false
    private(set) var isFinished = false

    init(limit: Int) { self.limit = Swift.max(1, limit) }

    mutating func append(_ chunk: [UInt8]) {
        buffer.removeFirst(start)
        (start, scanned) = (0, scanned - start)
        buffer += chunk
    }

    /// No more bytes come: what is left is a line of its own.
    mutating func finish() {
        isFinished = true
        if start < buffer.count { buffer.append(UInt8(ascii: "\n")) }
    }

    mutating func next() -> Line? {
        while true {
            let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n"))
            let available = (end ?? buffer.count) - start
            if isSkipping {
                start = end.map { $0 + 1 } ?? buffer.count
                scanned = start
                guard end != nil else { return nil }
                isSkipping = false
            } else if available > limit {
                let line = Line(bytes: buffer[start..<(start + limit)], isCut: true)
                start += limit
                scanned = start
                isSkipping = true
                return line
            } else if let end {
                let line = Line(bytes: buffer[start..<end])
                (start, scanned) = (end + 1, end + 1)
                return line
            } else {
                scanned = buffer.count
                return nil
            }
        }
    }
}

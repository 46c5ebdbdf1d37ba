import ClawBase

/// Reads the log of one run piece by piece and, where asked, goes on as it grows.
///
/// Woken by the writer; looks at neither clock nor file while nothing is written.
actor LogReader {
    private struct Source {
        var file: SystemFile
        var offset: Int
    }

    private let path: String
    private let request: LogRequest
    /// nil where the run is over.
    private let log: ContainerLog?
    /// The older file first, the one that grows last.
    private var sources: [Source]
    /// How often the file that grows had been put aside when it was opened.
    private var rotations: Int
    private var lines: LogLines
    /// Bytes that may still be given out.
    private var allowance: Int?
    private var isDone = false

    private static let pieceSize = 64 << 10

    /// - Throws: ``SystemError`` where there is no such log.
    init(path: String, log: ContainerLog?, _ request: LogRequest) throws(SystemError) {
        (self.path, self.request, self.log) = (path, request, log)
        lines = LogLines(since: request.since, timestamps: request.timestamps)
        allowance = request.limitBytes
        var (before, current, older): (Int, SystemFile, SystemFile?)
        repeat {
            before = log?.position.rotations ?? 0
            current = try SystemFile.open(path, .read)
            older = try? SystemFile.open(ContainerLog.rotated(path), .read)
        } while before != log?.position.rotations ?? 0
        rotations = before
        sources = [older, current].compactMap { $0 }.map { Source(file: $0, offset: 0) }
        if let count = request.tailLines { sources = try Self.tail(count, of: sources) }
    }

    /// The next piece of what the reader is to see; nil at the end.
    func next() async throws -> [UInt8]? {
        while !isDone, !Task.isCancelled {
            if let bytes = try readPiece() {
                var output = lines.take(bytes)
                if let left = allowance {
                    output = Array(output.prefix(left))
                    allowance = left - output.count
                    isDone = allowance == 0
                }
                if !output.isEmpty { return output }
                continue
            }
            guard request.follow, let log else { return nil }
            let position = log.position
            if position.rotations != rotations {
                // What was written between our last look and the renaming comes first.
                if let bytes = try readPiece() {
                    let output = lines.take(bytes)
                    if !output.isEmpty { return output }
                    continue
                }
                sources = [Source(file: try SystemFile.open(path, .read), offset: 0)]
                rotations = position.rotations
            } else if position.size <= (sources.last?.offset ?? 0) {
                if position.isFinished { return nil }
                await log.change(after: position)
            }
        }
        return nil
    }

    /// nil where everything written so far has been read.
    private func readPiece() throws(SystemError) -> [UInt8]? {
        while let source = sources.first {
            let bytes = try source.file.read(Self.pieceSize, at: source.offset)
            if !bytes.isEmpty {
                sources[0].offset += bytes.count
                return bytes
            }
            if sources.count == 1 { return nil }
            sources.removeFirst()
        }
        return nil
    }

    /// The sources from where only that many lines are left.
    private static func tail(_ count: Int, of sources: [Source]) throws(SystemError) -> [Source] {
        var left = count
        var kept: [Source] = []
        for source in sources.reversed() {
            let size = try source.file.size()
            let (start, found) = try startOfLast(left, of: source.file, size)
            kept.insert(Source(file: source.file, offset: start), at: 0)
            left -= found
            if left <= 0 { break }
        }
        return kept
    }

    /// Looks for line ends backwards from the file's end.
    private static func startOfLast(
        _ count: Int, of file: SystemFile, _ size: Int
    ) throws(SystemError) -> (offset: Int, found: Int) {
        guard count > 0 else { return (size, 0) }
        var (end, found) = (size, 0)
        while end > 0 {
            let begin = max(0, end - pieceSize)
            let bytes = try file.read(end - begin, at: begin)
            for index in bytes.indices.reversed() where bytes[index] == UInt8(ascii: "\n") {
                // The newline that ends the file ends the last line; each further one ends the line before.
                if begin + index + 1 == size { continue }
                found += 1
                if found == count { return (begin + index + 1, count) }
            }
            end = begin
        }
        return (0, size > 0 ? found + 1 : 0)
    }
}

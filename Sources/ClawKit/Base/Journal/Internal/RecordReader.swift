/// Reads a file's records one after the other through a buffer of fixed size (larger only for a larger record).
struct RecordReader {
    enum Step {
        case record([UInt8])
        case mark(UInt64)
        /// The file ends where a record could start.
        case end
        /// What stands at `offset` is no whole record.
        case bad
    }

    let file: SystemFile
    let salt: UInt32
    let size: Int
    /// Where the next record starts.
    private(set) var offset: Int
    private var buffer: [UInt8] = []
    private var bufferStart = 0
    private static let chunk = 256 << 10

    init(file: SystemFile, salt: UInt32, from offset: Int = RecordFormat.headerSize) throws(SystemError) {
        self.file = file
        self.salt = salt
        self.offset = offset
        size = try file.size()
    }

    mutating func next() throws(SystemError) -> Step {
        if offset == size { return .end }
        guard offset + RecordFormat.recordHeaderSize <= size else { return .bad }
        try load(RecordFormat.recordHeaderSize)
        guard
            let header = buffer.withUnsafeBytes({
                RecordFormat.RecordHeader($0, at: offset - bufferStart, salt: salt)
            }), header.length <= size - offset - RecordFormat.recordHeaderSize, !header.isMark || header.length == 8
        else { return .bad }
        let total = RecordFormat.recordHeaderSize + header.length
        try load(total)
        let start = offset - bufferStart + RecordFormat.recordHeaderSize
        let range = start..<start + header.length
        let (matches, mark) = buffer.withUnsafeBytes { bytes in
            (
                CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[range]), seed: salt) == header.checksum,
                header.isMark ? bytes.littleEndian(at: start, UInt64.self) : 0
            )
        }
        guard matches else { return .bad }
        offset += total
        return header.isMark ? .mark(mark) : .record(Array(buffer[range]))
    }

    /// Brings `count` bytes from `offset` on into the buffer.
    private mutating func load(_ count: Int) throws(SystemError) {
        if offset >= bufferStart, offset + count <= bufferStart + buffer.count { return }
        buffer = try file.read(min(max(count, Self.chunk), size - offset), at: offset)
        bufferStart = offset
    }

    /// Looks behind damage for the next whole record or mark; nil where there is none.
    ///
    /// Header by header at every byte: cheap, as only the 8 checked bytes are summed until one fits.
    func nextWhole(after damage: Int) throws(SystemError) -> RecordReader? {
        let headerSize = RecordFormat.recordHeaderSize
        var start = damage + 1
        while start + headerSize <= size {
            let window = try file.read(min(1 << 20, size - start), at: start)
            var candidates: [Int] = []
            window.withUnsafeBytes { bytes in
                for index in 0...(bytes.count - headerSize) {
                    if RecordFormat.RecordHeader(bytes, at: index, salt: salt) != nil {
                        candidates.append(start + index)
                    }
                }
            }
            for candidate in candidates {
                var reader = try RecordReader(file: file, salt: salt, from: candidate)
                switch try reader.next() {
                case .record, .mark: return try RecordReader(file: file, salt: salt, from: candidate)
                case .end, .bad: continue
                }
            }
            start += window.count - headerSize + 1
        }
        return nil
    }
}

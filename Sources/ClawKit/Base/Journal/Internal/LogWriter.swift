/// The writing end of the newest log.
struct LogWriter {
    let directory: JournalDirectory
    let salt: UInt32
    let beforeStep: (@Sendable (JournalStep) throws -> Void)?

    private(set) var file: SystemFile
    /// Where the next byte goes. What a failed write left behind it is overwritten by the next.
    private(set) var offset: Int
    /// Bytes known to be on the disk, and how many of them a mark says so of.
    private var synced: Int
    private var marked: Int

    /// Continues a log that ends at `offset`, all of it synced.
    init(
        continuing file: SystemFile, at offset: Int, salt: UInt32, in directory: JournalDirectory,
        beforeStep: (@Sendable (JournalStep) throws -> Void)?
    ) {
        (self.file, self.offset, self.salt, self.directory) = (file, offset, salt, directory)
        self.beforeStep = beforeStep
        (synced, marked) = (offset, RecordFormat.headerSize)
    }

    /// Writes a batch's bytes. `markSize` bytes are free before the first batch's start: there goes the mark.
    mutating func write(_ batch: inout [UInt8], _ range: Range<Int>) throws {
        guard !range.isEmpty else { return }
        try beforeStep?(.writeLog)
        var start = range.lowerBound
        let needsMark = start == RecordFormat.markSize && synced > marked
        if needsMark {
            RecordFormat.put(mark: UInt64(synced), atStartOf: &batch, salt: salt)
            start = 0
        }
        try batch.withUnsafeBytes { bytes in
            try file.write(UnsafeRawBufferPointer(rebasing: bytes[start..<range.upperBound]), at: offset)
        }
        if needsMark { marked = synced }
        offset += range.upperBound - start
    }

    mutating func noteSynced(_ file: SystemFile, to offset: Int) {
        if file === self.file { synced = max(synced, offset) }
    }

    /// Ends this log, all of it on the disk, and starts the next.
    mutating func rotate(to generation: UInt64) throws {
        try beforeStep?(.syncLog)
        try file.sync()
        (file, offset) = try Self.create(generation, salt: salt, in: directory, beforeStep: beforeStep)
        (synced, marked) = (offset, offset)
    }

    /// Says at the end that everything is on the disk, so that later damage to the last record shows.
    mutating func seal() throws {
        var bytes = [UInt8](repeating: 0, count: RecordFormat.markSize)
        try file.sync()
        guard offset > RecordFormat.headerSize, marked < offset else { return }
        RecordFormat.put(mark: UInt64(offset), atStartOf: &bytes, salt: salt)
        try bytes.withUnsafeBytes { try file.write($0, at: offset) }
        offset += bytes.count
        marked = offset
        try file.sync()
    }

    /// An empty log, durable with its name in the directory.
    static func create(
        _ generation: UInt64, salt: UInt32, in directory: JournalDirectory,
        beforeStep: (@Sendable (JournalStep) throws -> Void)?
    ) throws -> (file: SystemFile, end: Int) {
        try beforeStep?(.createLog)
        let file = try SystemFile.open(directory.log(generation), .create)
        let header = RecordFormat.Header(kind: .log, salt: salt, generation: generation).bytes
        try header.withUnsafeBytes { try file.write($0, at: 0) }
        try file.sync()
        try beforeStep?(.syncDirectoryAfterLog)
        try FileTree.syncDirectory(directory.path)
        return (file, header.count)
    }
}

/// What waits in memory for the disk, and who waits for it.
struct JournalStaging {
    typealias Waiter = CheckedContinuation<Void, any Error>

    /// Where in the bytes a new log starts.
    struct Rotation {
        var offset: Int
        let generation: UInt64
    }

    /// Staged bytes on their way to the disk.
    struct Batch {
        /// Begins with room for a mark.
        var bytes: [UInt8]
        var rotations: [Rotation]
        /// How much of `bytes` is written.
        var done = RecordFormat.markSize
        /// The position the batch ends at.
        let end: UInt64
    }

    private var bytes = Self.blank
    private var rotations: [Rotation] = []
    /// A finished batch's memory, for the next one.
    private var spare = Self.blank
    /// Positions: bytes of records since opening.
    private(set) var staged: UInt64 = 0
    private(set) var written: UInt64 = 0
    var synced: UInt64 = 0

    private var waiters: [(position: UInt64, continuation: Waiter)] = []
    private var isDraining = false
    var isSyncScheduled = false
    var failure: Finding?
    private(set) var isClosed = false

    /// The newest log's generation, begun compactions included.
    private(set) var generation: UInt64
    var logBytes: Int
    var snapshotBytes: Int
    var isCompacting = false

    private static let blank = [UInt8](repeating: 0, count: RecordFormat.markSize)
    private static let keptCapacity = 4 << 20

    init(generation: UInt64, logBytes: Int, snapshotBytes: Int) {
        (self.generation, self.logBytes, self.snapshotBytes) = (generation, logBytes, snapshotBytes)
    }

    // MARK: staging

    func admit(_ options: Journal.Options, _ directory: JournalDirectory) throws {
        if isClosed { throw Finding(.storage, "The journal is closed; open it again.", field: directory.path) }
        if let failure { throw failure }
        if bytes.count > options.maximumBacklogBytes {
            throw Finding(
                .storage,
                "\(bytes.count) bytes already wait for \(directory.path) to take them; make room on its disk.",
                field: directory.path)
        }
    }

    mutating func append(_ record: [UInt8], salt: UInt32) -> Journal.Position {
        let before = bytes.count
        RecordFormat.append(record, to: &bytes, salt: salt)
        staged += UInt64(bytes.count - before)
        logBytes += bytes.count - before
        return Journal.Position(bytes: staged)
    }

    /// From here on records belong to the next log. Returns its generation.
    mutating func rotate() -> UInt64 {
        generation += 1
        rotations.append(Rotation(offset: bytes.count, generation: generation))
        logBytes = 0
        return generation
    }

    /// False where it was closed already.
    mutating func close() -> Bool {
        defer { isClosed = true }
        return !isClosed
    }

    // MARK: batches

    mutating func takeBatch() -> Batch? {
        guard bytes.count > RecordFormat.markSize || !rotations.isEmpty else { return nil }
        var taken = spare
        spare = []
        swap(&taken, &bytes)
        defer { rotations = [] }
        return Batch(bytes: taken, rotations: rotations, end: staged)
    }

    mutating func finish(_ batch: consuming Batch) {
        written = batch.end
        var memory = batch.bytes
        if memory.capacity > Self.keptCapacity { memory = Self.blank }
        memory.removeSubrange(RecordFormat.markSize...)
        spare = memory
    }

    /// Puts what could not be written back in line, before what was staged meanwhile.
    mutating func putBack(_ batch: consuming Batch, because error: any Error) {
        var line = Self.blank
        line += batch.bytes[batch.done...]
        let shift = line.count - RecordFormat.markSize
        line += bytes[RecordFormat.markSize...]
        rotations =
            batch.rotations.map {
                Rotation(offset: $0.offset - batch.done + RecordFormat.markSize, generation: $0.generation)
            }
            + rotations.map { Rotation(offset: $0.offset + shift, generation: $0.generation) }
        bytes = line
        spare = Self.blank
        if let error = error as? SystemError, error.isFullDisk { return }
        failure = failure ?? (error as? SystemError).map { Finding($0) } ?? Finding(.storage, "\(error)")
    }

    // MARK: waiting

    enum Wait {
        case done
        case failed(Finding)
        case waits(mustStart: Bool)
    }

    mutating func wait(for position: UInt64, _ waiter: Waiter) -> Wait {
        if synced >= position { return .done }
        if let failure { return .failed(failure) }
        waiters.append((position, waiter))
        defer { isDraining = true }
        return .waits(mustStart: !isDraining)
    }

    /// After a round: who can go on (all who waited, where it failed), and whether nobody is left.
    mutating func takeServed(_ outcome: Result<Void, Finding>) -> (served: [Waiter], isDone: Bool) {
        let served: [Waiter]
        switch outcome {
        case .success:
            served = waiters.filter { $0.position <= synced }.map(\.continuation)
            waiters.removeAll { $0.position <= synced }
        case .failure:
            served = waiters.map(\.continuation)
            waiters = []
        }
        isDraining = !waiters.isEmpty
        return (served, waiters.isEmpty)
    }
}

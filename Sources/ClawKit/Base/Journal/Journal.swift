import Dispatch
import Synchronization

/// An append-only, checksummed log of byte records on disk, with snapshots.
///
///     let journal = try Journal.open(directory: ".claw/data", name: "cluster") { entry in
///         switch entry {
///         case .snapshot(let bytes): restore(bytes)
///         case .record(let bytes): apply(bytes)
///         }
///     }
///     try await journal.append(record)
///
/// A store that keeps its state behind a lock stages under that lock, so that the log has the order of the
/// changes, and waits outside it:
///
///     let position = try state.withLock { state in
///         let position = try journal.stage(record)   // memory only
///         state.apply(change)
///         return position
///     }
///     try await journal.commit(position)             // written, and synced as the policy says
///
/// What is staged while another write or sync is under way goes out with the next one, in one call. ``Durability``
/// says what a returned commit is worth. When a commit throws because the disk is full, its record stays staged,
/// in order, and goes out with the next commit that finds room: its outcome is open until then. After any other
/// fault nothing more is accepted until the journal is opened again.
///
/// One process at a time: the directory's entry is locked as long as the journal is open.
public final class Journal: Sendable {
    /// A point in the order of staged records.
    public struct Position: Sendable, Hashable, Comparable {
        let bytes: UInt64
        public static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }
    }

    /// What a journal gives back when it is opened: first the snapshot's records, then those appended since.
    public enum Entry: Sendable, Hashable {
        case snapshot([UInt8])
        case record([UInt8])
    }

    public let options: Options
    /// What opening found.
    public let recovery: Recovery

    let directory: JournalDirectory
    let lockFile: SystemFile
    let salt: UInt32
    let staging: Mutex<JournalStaging>
    let log: Mutex<LogWriter>
    /// Where syncs wait for the disk, so that no thread of Swift's pool does.
    private let syncQueue: DispatchQueue
    let compactionQueue: DispatchQueue

    init(
        options: Options, recovery: Recovery, directory: JournalDirectory, lockFile: SystemFile, log: LogWriter,
        staging: JournalStaging
    ) {
        self.options = options
        self.recovery = recovery
        self.directory = directory
        self.lockFile = lockFile
        salt = log.salt
        self.staging = Mutex(staging)
        self.log = Mutex(log)
        syncQueue = DispatchQueue(label: "journal.\(directory.name).sync")
        compactionQueue = DispatchQueue(label: "journal.\(directory.name).compaction")
    }

    // MARK: appending

    /// Puts a record in line, in memory, without touching the disk. The order of staging is the order of the log.
    /// - Throws: ``Finding`` (`E_STORAGE`); then the record is not in line.
    public func stage(_ record: [UInt8]) throws -> Position {
        guard record.count <= options.maximumRecordBytes else {
            throw Finding(
                .storage,
                "A record of \(record.count) bytes exceeds the journal's limit of "
                    + "\(options.maximumRecordBytes) bytes; store less in one record.", field: directory.path)
        }
        return try staging.withLock { staging in
            try staging.admit(options, directory)
            return staging.append(record, salt: salt)
        }
    }

    /// Waits until everything up to `position` is written, and synced where the policy says so.
    ///
    /// Not ended early by cancellation: the bytes are already on their way.
    /// - Throws: ``Finding`` (`E_STORAGE`) with the path and the mend.
    public func commit(_ position: Position) async throws {
        if case .everyWrite = options.durability {
            try await waitForSync(position)
        } else if staging.withLock({ $0.written < position.bytes }) {
            try flush()
        }
    }

    /// ``stage(_:)`` and ``commit(_:)``.
    public func append(_ record: [UInt8]) async throws {
        try await commit(try stage(record))
    }

    /// Writes what is staged on the calling thread, without syncing (an ``Durability/interval(_:)`` begins to run).
    public func flush() throws {
        try asFindings { try writeStaged() }
        guard case .interval(let interval) = options.durability else { return }
        let mustSchedule = staging.withLock { staging in
            guard !staging.isSyncScheduled, staging.synced < staging.written else { return false }
            staging.isSyncScheduled = true
            return true
        }
        if mustSchedule {
            syncQueue.asyncAfter(deadline: .now() + .nanoseconds(Int(clamping: interval.nanoseconds))) { [weak self] in
                self?.staging.withLock { $0.isSyncScheduled = false }
                // A failure is kept and meets the next append.
                try? self?.syncWritten()
            }
        }
    }

    /// Brings everything staged so far to the disk, whatever the policy.
    public func sync() async throws {
        try await waitForSync(Position(bytes: staging.withLock { $0.staged }))
    }

    /// Writes and syncs everything staged, and gives the lock free. Blocks, for a compaction under way too. Later calls
    /// throw. Closing twice is no error.
    public func close() throws {
        guard staging.withLock({ $0.close() }) else { return }
        // A snapshot being written ends first: behind the lock nobody may still move files.
        compactionQueue.sync {}
        try asFindings {
            try writeStaged()
            try log.withLock { try $0.seal() }
        }
        staging.withLock { $0.synced = $0.written }
        try asFindings { try lockFile.unlock() }
    }

    // MARK: group commit

    private func waitForSync(_ position: Position) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            switch staging.withLock({ $0.wait(for: position.bytes, continuation) }) {
            case .done: continuation.resume()
            case .failed(let finding): continuation.resume(throwing: finding)
            case .waits(let mustStart): if mustStart { syncQueue.async { self.drain() } }
            }
        }
    }

    /// Writes and syncs until nobody waits: each round serves all who came during the one before.
    private func drain() {
        while true {
            let outcome: Result<Void, Finding>
            do {
                try asFindings { try writeStaged() }
                try syncWritten()
                outcome = .success(())
            } catch {
                outcome = .failure(error as? Finding ?? Finding(.storage, "\(error)"))
            }
            let (served, isDone) = staging.withLock { $0.takeServed(outcome) }
            for waiter in served { waiter.resume(with: outcome.mapError { $0 as any Error }) }
            if isDone { return }
        }
    }

    /// Syncs what is written, without keeping writers waiting meanwhile.
    private func syncWritten() throws {
        let (file, offset, position) = log.withLock { log in
            (log.file, log.offset, staging.withLock { $0.written })
        }
        guard staging.withLock({ $0.synced < position }) else { return }
        do {
            try options.beforeStep?(.syncLog)
            try file.sync()
        } catch {
            // After a failed sync the kernel may have dropped the bytes and forgotten: nothing can be promised again.
            let finding = (error as? SystemError).map { Finding($0) } ?? Finding(.storage, "\(error)")
            staging.withLock { $0.failure = finding }
            throw finding
        }
        log.withLock { $0.noteSynced(file, to: offset) }
        staging.withLock { $0.synced = max($0.synced, position) }
    }

    /// Writes everything staged, starting new logs where compactions began.
    private func writeStaged() throws {
        try log.withLock { log in
            guard var batch = staging.withLock({ $0.takeBatch() }) else { return }
            do {
                while let rotation = batch.rotations.first {
                    try log.write(&batch.bytes, batch.done..<rotation.offset)
                    batch.done = rotation.offset
                    try log.rotate(to: rotation.generation)
                    batch.rotations.removeFirst()
                }
                try log.write(&batch.bytes, batch.done..<batch.bytes.count)
                staging.withLock { $0.finish(batch) }
            } catch {
                staging.withLock { $0.putBack(batch, because: error) }
                throw error
            }
        }
    }
}

/// Runs internals, whose errors are system errors, for callers, whose errors are findings.
package func asFindings<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as SystemError {
        throw Finding(error)
    }
}

import Dispatch
import Synchronization

extension Journal {
    /// Whether the log has grown so far beyond the snapshot that writing a new snapshot pays.
    public var wantsCompaction: Bool {
        staging.withLock { staging in
            !staging.isCompacting
                && staging.logBytes > max(options.compactionFloorBytes, options.compactionRatio * staging.snapshotBytes)
        }
    }

    /// Marks the point in the order of records that a snapshot will stand for: all staged before it, none after.
    ///
    /// Touches no disk; call it under the lock that guards the state, and capture the state under the same lock:
    ///
    ///     guard let (compaction, copy) = state.withLock({ state in
    ///         journal.beginCompaction().map { ($0, state.copy) }
    ///     }) else { return }
    ///     try await compaction.finish(copy.records)
    ///
    /// Nil while another compaction is under way, and where the journal accepts nothing any more. One that is dropped
    /// unfinished does no harm: both logs stay.
    public func beginCompaction() -> Compaction? {
        staging.withLock { staging in
            guard !staging.isCompacting, !staging.isClosed, staging.failure == nil else { return nil }
            staging.isCompacting = true
            return Compaction(journal: self, generation: staging.rotate())
        }
    }

    /// Replaces everything appended so far by a snapshot. For callers that append from one place only.
    public func compact(snapshot records: some Sequence<[UInt8]> & Sendable) async throws {
        guard let compaction = beginCompaction() else {
            throw Finding(.storage, "A compaction is already under way; wait for its end.", field: directory.path)
        }
        try await compaction.finish(records)
    }
}

/// A snapshot being made. See ``Journal/beginCompaction()``.
public final class Compaction: Sendable {
    private let journal: Journal
    private let generation: UInt64
    private let isOver = Atomic(false)

    init(journal: Journal, generation: UInt64) { (self.journal, self.generation) = (journal, generation) }

    deinit { end() }

    private func end() {
        if isOver.exchange(true, ordering: .relaxed) { return }
        journal.staging.withLock { $0.isCompacting = false }
    }

    /// Writes the snapshot beside the running log and, once it is safely on the disk, removes what it replaces.
    ///
    /// A crash at any step leaves either the old snapshot with all logs or the new one. Fails without harm: what
    /// was there stays, and so does everything appended.
    /// - Parameter records: the state, in as many records as the caller likes; read one by one on another thread.
    /// - Throws: ``Finding`` (`E_STORAGE`).
    public func finish(_ records: some Sequence<[UInt8]> & Sendable) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            journal.compactionQueue.async {
                let result = Result { try asFindings { try self.write(records) } }
                // Whoever waits for it may begin the next one at once.
                self.end()
                continuation.resume(with: result)
            }
        }
    }

    private func write(_ records: some Sequence<[UInt8]>) throws {
        try journal.flush()
        let (directory, beforeStep) = (journal.directory, journal.options.beforeStep)
        let unfinished = directory.unfinishedSnapshot(generation)
        let size: Int
        do {
            try beforeStep?(.writeSnapshot)
            let file = try SystemFile.open(unfinished, .create)
            size = try writeSnapshot(records, to: file)
            try beforeStep?(.syncSnapshot)
            try file.sync()
            try beforeStep?(.renameSnapshot)
            try FileTree.rename(unfinished, to: directory.snapshot(generation))
        } catch {
            // Best effort: the next opening removes it as well.
            try? FileTree.remove(unfinished)
            throw error
        }
        try beforeStep?(.syncDirectoryAfterSnapshot)
        try FileTree.syncDirectory(directory.path)
        journal.staging.withLock { $0.snapshotBytes = size }
        try beforeStep?(.removeOldFiles)
        try directory.removeFiles(before: generation)
    }

    private func writeSnapshot(_ records: some Sequence<[UInt8]>, to file: SystemFile) throws -> Int {
        let salt = journal.salt
        var buffer = RecordFormat.Header(kind: .snapshot, salt: salt, generation: generation).bytes
        var (offset, count) = (0, UInt64(0))
        func drain() throws {
            try buffer.withUnsafeBytes { try file.write($0, at: offset) }
            offset += buffer.count
            buffer.removeAll(keepingCapacity: true)
        }
        for record in records {
            RecordFormat.append(record, to: &buffer, salt: salt)
            count += 1
            if buffer.count > 1 << 20 { try drain() }
        }
        RecordFormat.append(mark: count, to: &buffer, salt: salt)
        try drain()
        return offset
    }
}

extension JournalDirectory {
    /// Removes the snapshots and logs that the snapshot of `generation` replaces, and unfinished ones.
    func removeFiles(before generation: UInt64) throws {
        let contents = try contents()
        for old in contents.snapshots where old < generation { try FileTree.remove(snapshot(old)) }
        for old in contents.logs where old < generation { try FileTree.remove(log(old)) }
        for old in contents.unfinished where old < generation { try FileTree.remove(unfinishedSnapshot(old)) }
    }
}

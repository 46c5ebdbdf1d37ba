/// Reads a journal's files back: newest whole snapshot, then the logs from its generation on.
struct JournalRecovery {
    let directory: JournalDirectory
    let options: Journal.Options
    private(set) var report = Journal.Recovery()

    init(directory: JournalDirectory, options: Journal.Options) {
        (self.directory, self.options) = (directory, options)
    }

    mutating func run(_ replay: (Journal.Entry) throws -> Void) throws -> (LogWriter, JournalStaging) {
        let contents = try directory.contents()
        let (base, snapshotBytes) = try replayNewestSnapshot(contents, replay)
        let logs = contents.logs.filter { $0 >= base }
        for (expected, found) in zip(base..., logs) where expected != found { throw missing(directory.log(expected)) }
        if logs.isEmpty, base > 1 { throw missing(directory.log(base)) }

        var logBytes = 0
        var end: (file: SystemFile, offset: Int, salt: UInt32)?
        for generation in logs {
            end = try replayLog(generation, isLast: generation == logs.last, replay)
            logBytes += (end?.offset ?? 0) - RecordFormat.headerSize
        }
        for generation in contents.unfinished { try FileTree.remove(directory.unfinishedSnapshot(generation)) }
        try directory.removeFiles(before: base)

        let writer: LogWriter
        if let end {
            writer = LogWriter(
                continuing: end.file, at: end.offset, salt: end.salt, in: directory, beforeStep: options.beforeStep)
        } else {
            let salt = UInt32.random(in: 1 ... .max)
            let (file, offset) = try LogWriter.create(1, salt: salt, in: directory, beforeStep: options.beforeStep)
            writer = LogWriter(
                continuing: file, at: offset, salt: salt, in: directory, beforeStep: options.beforeStep)
        }
        return (
            writer,
            JournalStaging(
                generation: logs.last ?? 1, logBytes: max(0, logBytes), snapshotBytes: snapshotBytes)
        )
    }

    // MARK: snapshot

    /// The generation the state starts from: the newest whole snapshot's, or 1 where none was ever made.
    private mutating func replayNewestSnapshot(
        _ contents: JournalDirectory.Contents, _ replay: (Journal.Entry) throws -> Void
    ) throws -> (base: UInt64, bytes: Int) {
        var damage: Finding?
        for generation in contents.snapshots.reversed() {
            let path = directory.snapshot(generation)
            // Read twice: a snapshot whose end does not fit must not have been half delivered.
            if let problem = try readSnapshot(path, { _ in }) {
                damage = damage ?? problem
                continue
            }
            _ = try readSnapshot(path) { bytes in
                report.snapshotRecords += 1
                try replay(.snapshot(bytes))
            }
            return (generation, try SystemFile.open(path, .read).size())
        }
        // Without any whole snapshot the logs alone suffice only if they reach back to the beginning.
        if let damage, contents.logs.first != 1 { throw damage }
        return (1, 0)
    }

    /// Nil where the snapshot is whole.
    private func readSnapshot(_ path: String, _ deliver: ([UInt8]) throws -> Void) throws -> Finding? {
        let file = try SystemFile.open(path, .read)
        guard let header = try header(of: file, .snapshot) else { return damaged(path, at: 0) }
        var reader = try RecordReader(file: file, salt: header.salt)
        var count: UInt64 = 0
        while true {
            switch try reader.next() {
            case .record(let bytes):
                count += 1
                try deliver(bytes)
            case .mark(let total):
                return total == count && reader.offset == reader.size ? nil : damaged(path, at: reader.offset)
            case .end, .bad: return damaged(path, at: reader.offset)
            }
        }
    }

    // MARK: logs

    private mutating func replayLog(
        _ generation: UInt64, isLast: Bool, _ replay: (Journal.Entry) throws -> Void
    ) throws -> (file: SystemFile, offset: Int, salt: UInt32) {
        let path = directory.log(generation)
        let file = try SystemFile.open(path, .readWrite)
        guard let header = try header(of: file, .log) else {
            // A log's header is synced before the first record: without records, a crash came between.
            guard isLast, try file.size() <= RecordFormat.headerSize else { throw damaged(path, at: 0) }
            let salt = UInt32.random(in: 1 ... .max)
            let (new, end) = try LogWriter.create(generation, salt: salt, in: directory, beforeStep: options.beforeStep)
            return (new, end, salt)
        }
        guard header.generation == generation else { throw damaged(path, at: 16) }
        var reader = try RecordReader(file: file, salt: header.salt)
        while true {
            switch try reader.next() {
            case .record(let bytes):
                report.records += 1
                try replay(.record(bytes))
            case .mark: break
            case .end: return (file, reader.offset, header.salt)
            case .bad:
                // Only the last log can be torn: one is synced before the next is begun.
                let offset = reader.offset
                guard isLast, try TornTail.judge(reader, badFrom: offset) == .torn else {
                    throw damaged(path, at: offset)
                }
                report.droppedBytes = reader.size - offset
                try file.truncate(to: offset)
                try file.sync()
                return (file, offset, header.salt)
            }
        }
    }

    /// Nil where the file has no whole header of that kind.
    private func header(of file: SystemFile, _ kind: RecordFormat.Kind) throws -> RecordFormat.Header? {
        let bytes = try file.read(min(RecordFormat.headerSize, file.size()), at: 0)
        do {
            let header = try RecordFormat.Header(reading: bytes)
            return header.kind == kind ? header : nil
        } catch {
            guard case .newerVersion(let version) = error else { return nil }
            throw Finding(
                .storage,
                "\(file.path) was written by a newer ClawKit (format \(version), this one reads "
                    + "\(RecordFormat.version)); use that version or newer.", field: file.path)
        }
    }

    private func damaged(_ path: String, at offset: Int) -> Finding {
        Finding(
            .storage,
            "\(path) is damaged at byte \(offset): kept bytes have changed. Restore the directory from a "
                + "backup and check the disk; nothing was changed or thrown away.", field: path,
            details: ["file": path, "offset": String(offset)])
    }

    private func missing(_ path: String) -> Finding {
        Finding(
            .storage,
            "\(path) is missing though files that build on it are there; restore the directory from a backup.",
            field: path, details: ["file": path])
    }
}

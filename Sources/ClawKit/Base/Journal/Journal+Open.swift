extension Journal {
    /// What opening a journal found.
    public struct Recovery: Sendable, Hashable {
        /// Records of the snapshot, and of the logs behind it.
        public var snapshotRecords = 0
        public var records = 0
        /// Bytes cut off the end of the log: the last, incomplete appends before a crash. 0 after a clean close.
        public var droppedBytes = 0
    }

    /// Opens, or makes, the journal `name` in `directory` (made with mode 0700 where it is missing).
    ///
    /// Blocks while it reads. Memory is bounded by the largest record.
    /// - Parameters:
    ///   - name: distinguishes journals in one directory; a plain file name.
    ///   - replay: called for each record in order. What it throws ends the opening.
    /// - Throws: ``Finding`` (`E_STORAGE`): another process holds the journal, the directory cannot be used, or kept
    ///   bytes have changed (with file and offset). Nothing is changed on the disk then.
    public static func open(
        directory path: String, name: String, options: Options = Options(), replay: (Entry) throws -> Void
    ) throws -> Journal {
        guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
            throw Finding(.storage, "'\(name)' cannot name a journal; use a plain file name.", field: path)
        }
        let directory = JournalDirectory(path: path.isEmpty ? "." : path, name: name)
        return try asFindings {
            let lockFile = try directory.lock()
            var recovery = JournalRecovery(directory: directory, options: options)
            let (log, staging) = try recovery.run(replay)
            return Journal(
                options: options, recovery: recovery.report, directory: directory, lockFile: lockFile, log: log,
                staging: staging)
        }
    }
}

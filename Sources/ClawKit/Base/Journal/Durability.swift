/// When an append has returned, what can still take the record away?
///
/// | policy | process death (`kill -9`, crash) | power cut, kernel panic |
/// |---|---|---|
/// | ``everyWrite`` | nothing | nothing |
/// | ``interval(_:)`` | nothing | what was appended within about the last interval |
/// | ``none`` | nothing | whatever the system had not written back yet (on Linux commonly 30 s) |
///
/// Nothing is lost by process death under any policy, because an append returns only after `write(2)`: from then
/// on the bytes are the kernel's. Whatever a power cut takes, it takes from the end: what stays is always a
/// prefix of what was appended.
public enum Durability: Sendable, Hashable {
    /// Bytes reach the disk (`fdatasync`) before the append returns. Appends that wait together share one sync.
    case everyWrite
    /// Bytes reach the disk within about this time.
    case interval(Duration)
    /// The operating system decides when.
    case none
}

extension Journal {
    public struct Options: Sendable {
        public var durability: Durability
        /// The largest record, in bytes.
        public var maximumRecordBytes: Int
        /// How many bytes may wait for a full disk to be mended before further records are refused.
        public var maximumBacklogBytes: Int
        /// ``Journal/wantsCompaction`` is true once the log is this many times larger than the snapshot …
        public var compactionRatio: Int
        /// … and larger than this many bytes.
        public var compactionFloorBytes: Int
        /// Called before each step that touches the disk; throwing makes the step fail. For tests of faults.
        package var beforeStep: (@Sendable (JournalStep) throws -> Void)?

        public init(
            durability: Durability = .everyWrite, maximumRecordBytes: Int = 64 << 20,
            maximumBacklogBytes: Int = 64 << 20, compactionRatio: Int = 4, compactionFloorBytes: Int = 16 << 20
        ) {
            self.durability = durability
            self.maximumRecordBytes = maximumRecordBytes
            self.maximumBacklogBytes = maximumBacklogBytes
            self.compactionRatio = compactionRatio
            self.compactionFloorBytes = compactionFloorBytes
        }
    }
}

/// The steps at which a crash or a fault can happen.
package enum JournalStep: Sendable, Hashable, CaseIterable {
    case writeLog, syncLog
    case createLog, syncDirectoryAfterLog
    case writeSnapshot, syncSnapshot, renameSnapshot, syncDirectoryAfterSnapshot, removeOldFiles
}

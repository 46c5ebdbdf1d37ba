public import ClawBase

extension FindingCode {
    /// The node or the container cannot be checkpointed by this method.
    public static let checkpointUnsupported = FindingCode(rawValue: "E_CHECKPOINT_UNSUPPORTED")
    /// The checkpoint was begun and did not succeed.
    public static let checkpointFailed = FindingCode(rawValue: "E_CHECKPOINT_FAILED")
    /// There is no such archive here.
    public static let checkpointMissing = FindingCode(rawValue: "E_CHECKPOINT_MISSING")
    /// The archive's content is not what was stored: its digest, its seal or its members are wrong.
    public static let checkpointDamaged = FindingCode(rawValue: "E_CHECKPOINT_DAMAGED")
    /// The archive needs another kernel, processor, CRIU or node than this.
    public static let checkpointConstraint = FindingCode(rawValue: "E_CHECKPOINT_CONSTRAINT")
    /// The container is declared otherwise than the one that was checkpointed.
    public static let checkpointChanged = FindingCode(rawValue: "E_CHECKPOINT_CHANGED")
    /// A process number, port or directory that the restored process must have is in use.
    public static let checkpointBusy = FindingCode(rawValue: "E_CHECKPOINT_BUSY")
    /// Everything fitted, and CRIU could not restore the process all the same.
    public static let restoreFailed = FindingCode(rawValue: "E_CHECKPOINT_RESTORE")
}

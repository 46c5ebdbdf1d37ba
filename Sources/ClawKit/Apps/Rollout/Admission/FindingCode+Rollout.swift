public import ClawBase

/// What speaks against a rollout.
extension FindingCode {
    /// A text that should be an amount is none.
    public static let quantity = FindingCode(rawValue: "E_QUANTITY")
    /// Two entries of one name.
    public static let duplicate = FindingCode(rawValue: "E_DUPLICATE")
    /// A schedule that cron does not know.
    public static let schedule = FindingCode(rawValue: "E_SCHEDULE")
    /// Numbers of pods that contradict each other.
    public static let scale = FindingCode(rawValue: "E_SCALE")
    public static let port = FindingCode(rawValue: "E_PORT")
    public static let image = FindingCode(rawValue: "E_IMAGE")
    /// A limit below its request.
    public static let limits = FindingCode(rawValue: "E_LIMITS")
    /// Settings that contradict each other, so that no container could start.
    public static let securityContext = FindingCode(rawValue: "E_SECURITY_CONTEXT")
    public static let mountPath = FindingCode(rawValue: "E_MOUNT_PATH")
    public static let address = FindingCode(rawValue: "E_ADDRESS")
    public static let rolloutAnnotation = FindingCode(rawValue: "E_ANNOTATION")
    /// The revision to go back to is not remembered.
    public static let unknownRevision = FindingCode(rawValue: "E_REVISION_UNKNOWN")
    /// There is always at least one pod.
    public static let scaleToZero = FindingCode(rawValue: "W_SCALE_TO_ZERO")
    /// Something that was asked for is ignored.
    public static let ignored = FindingCode(rawValue: "W_IGNORED")
}

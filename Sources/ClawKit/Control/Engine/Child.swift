public import ClawKubernetes

/// One object that should be there for another.
///
/// The engine adds the label `app.kubernetes.io/managed-by` and, where it is not there yet and the scopes allow it, a
/// reference to the owner as its controller: garbage collection removes the child with its owner.
public struct Child: Sendable {
    /// The label whose value is the manager's name: what carries another one is not looked at.
    public static let managerLabel = "app.kubernetes.io/managed-by"

    /// What becomes of a child over time.
    public enum Policy: Sendable, Hashable {
        /// Applied where it differs, deleted when it is no longer desired.
        case managed
        /// Applied where it differs, kept when it is no longer desired: a volume's data.
        case kept
        /// Created where absent and never changed, deleted when it is no longer desired: a record of the past.
        case createdOnce
        /// As managed; one that is there already, with the manager's label and nobody's child, becomes the owner's.
        case adopted
        /// Applied where it differs, for several owners at once: it goes when the last of them has gone. An owner that
        /// no longer desires it holds it until then.
        case shared
    }

    public var object: any Resource
    /// Children of one stage are applied before those of the next; one that fails holds back all later stages.
    public var stage: Int
    public var policy: Policy

    public init(_ object: some Resource, stage: Int = 0, policy: Policy = .managed) {
        (self.object, self.stage, self.policy) = (object, stage, policy)
    }
}

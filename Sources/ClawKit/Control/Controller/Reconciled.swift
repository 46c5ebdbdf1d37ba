/// What a reconcile says about when it wants to be asked again.
public enum Reconciled: Sendable, Hashable {
    /// When something changes.
    case settled
    /// At the latest after this time, even if nothing changes.
    case again(after: Duration)
}

import ClawBase

/// What a reconcile says about when it wants to be asked again.
public enum Reconciled: Sendable, Hashable {
    /// When something changes.
    case settled
    /// At the latest after this time and the tolerance, even if nothing changes.
    ///
    /// With a tolerance many keys are looked at together, so that a controller of ten thousand objects that sleeps most
    /// of the time is not woken for each of them.
    case again(after: Duration, tolerance: Duration = .zero)

    /// When the key is due, of a reconcile that began at `start`.
    func due(from start: Timestamp) -> Timestamp? {
        switch self {
        case .settled: nil
        case .again(let delay, let tolerance): (start + delay).roundedUp(to: tolerance)
        }
    }
}

extension Timestamp {
    /// The next moment that is a multiple of `step` since 1970; this one, where there is no step.
    fileprivate func roundedUp(to step: Duration) -> Timestamp {
        guard step.nanoseconds > 0 else { return self }
        let over = nanoseconds % step.nanoseconds
        return Timestamp(nanoseconds: over <= 0 ? nanoseconds - over : nanoseconds - over + step.nanoseconds)
    }
}

/// What is told of every rollout, each with a reason and the generation it was found of.
public enum RolloutCondition: String, Sendable, CaseIterable {
    /// Nothing speaks against the spec.
    case admitted = "Admitted"
    /// Everything is there as the spec says, and serves.
    case ready = "Ready"
    /// A change is on its way.
    case progressing = "Progressing"
    /// Something is worse than the spec says, though nobody works on it.
    case degraded = "Degraded"
}

/// Why a condition has its status. A closed set: programs may switch over it.
public enum RolloutReason: String, Sendable, CaseIterable {
    // Admitted
    case accepted = "Accepted"
    case refused = "Refused"
    // Ready, Progressing, Degraded
    case serving = "Serving"
    case stopped = "Stopped"
    case rollingOut = "RollingOut"
    case complete = "Complete"
    case notAdmitted = "NotAdmitted"
    /// The server, or the engine, refused a child.
    case childRefused = "ChildRefused"
    /// Fewer pods are available than there should be at least.
    case unavailable = "Unavailable"
    /// The pods did not come up in time, and there is no good revision to return to.
    case deadlineExceeded = "ProgressDeadlineExceeded"
    /// The pods did not come up in time; the last good revision runs.
    case returnedToLastGood = "ReturnedToLastGood"
    /// An earlier revision runs because an annotation asks for it.
    case rolledBack = "RolledBack"
    case volumeLost = "VolumeLost"
    case asSpecified = "AsSpecified"
}

/// How urgent a key is: of several lanes the first that has something is served first, though never so that those after
/// it wait for ever.
public enum Lane: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// What somebody waits for: a change of what is wanted.
    case user
    /// What follows from other changes.
    case normal
    /// What is looked at to be sure: all there is after a start, a resync.
    case background

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What a watch tells.
public enum WatchEvent<R: Resource>: Sendable {
    /// All objects there are: the first event, and again whenever continuity was lost. What is not in it is gone.
    case snapshot([R])
    /// The object was created or changed.
    case applied(R)
    case deleted(R)
}

/// How what is its user's reaches a program whose pod was there before it had one (Docs/pools.md).
public enum BundleReception: Sendable, Hashable {
    /// The program is there as early, and asks for it.
    case byProgram
    /// Something small waits in the program's place, which begins when there is a user.
    case byWaiter(BundleWaiter)
    /// Not at all: the pod is made for its user.
    case never
}

/// What to execute: everything decided, nothing left to look up.
struct ProcessSpec: Sendable, Hashable {
    /// An absolute path.
    var executable: String
    /// With the name the program is called by first.
    var arguments: [String]
    var environment: [String: String]
    var workingDirectory: String
    /// Where the container's mounts are: for commands run in it later.
    var paths = PathRewriting([])
}

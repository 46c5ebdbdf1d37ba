public import ClawResources

/// A service account of a project, as it calls the control plane.
public struct ServiceIdentity: Sendable, Hashable {
    /// Whose namespace the account is of.
    public let project: String
    public let account: String
    /// What it may do there; nil: nothing.
    public let role: ProjectRole?

    public init(project: String, account: String, role: ProjectRole?) {
        (self.project, self.account, self.role) = (project, account, role)
    }
}

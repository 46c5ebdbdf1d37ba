import ClawLedger

/// Whom a policy binds, from the widest; its description is the name of the ``Policy`` object.
public enum PolicyLayer: Sendable, Hashable, LosslessStringConvertible {
    case platform
    case tenant(String)
    case project(String)
    case user(String, project: String)

    public var description: String {
        switch self {
        case .platform: "platform"
        case .tenant(let name): "tenant.\(name)"
        case .project(let name): "project.\(name)"
        case .user(let name, let project): "user.\(project).\(name)"
        }
    }

    public init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else { return nil }
        switch (parts[0], parts.count) {
        case ("platform", 1): self = .platform
        case ("tenant", 2): self = .tenant(parts[1])
        case ("project", 2): self = .project(parts[1])
        case ("user", 3): self = .user(parts[2], project: parts[1])
        default: return nil
        }
    }

    /// The layers that hold for somebody, from the widest.
    static func all(tenant: String, project: String, user: String? = nil) -> [PolicyLayer] {
        [.platform, .tenant(tenant), .project(project)] + (user.map { [.user($0, project: project)] } ?? [])
    }

    /// Whose spending its budgets bound. A user's counts in all projects.
    var holder: UsageHolder {
        switch self {
        case .platform: .platform
        case .tenant(let name): .tenant(name)
        case .project(let name): .project(name)
        case .user(let name, _): .user(name)
        }
    }
}

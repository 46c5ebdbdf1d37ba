public import ClawLedger

/// Whose spending a budget limits: `tenant/acme`, `runtime/demo/ada`.
public struct BudgetScope: Sendable, Hashable, CustomStringConvertible {
    public enum Level: String, Sendable, Hashable, CaseIterable {
        case key, runtime, user, project, tenant, platform
    }

    public let level: Level
    /// Empty for the platform.
    public let name: String

    public static let platform = BudgetScope(.platform, "")
    public static func tenant(_ name: String) -> Self { Self(.tenant, name) }
    public static func project(_ name: String) -> Self { Self(.project, name) }
    public static func user(_ name: String) -> Self { Self(.user, name) }
    public static func runtime(_ name: String, in project: String) -> Self { Self(.runtime, "\(project)/\(name)") }
    /// Of one model key, by its id.
    public static func key(_ id: String) -> Self { Self(.key, id) }

    private init(_ level: Level, _ name: String) { (self.level, self.name) = (level, name) }

    public var description: String { level == .platform ? level.rawValue : "\(level.rawValue)/\(name)" }

    init?(_ description: String) {
        let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let level = Level(rawValue: parts[0]), (parts.count == 1) == (level == .platform) else { return nil }
        self.init(level, parts.count == 1 ? "" : parts[1])
    }
}

extension UsageSubject {
    /// All budgets' scopes that it is in, the narrowest first.
    public var scopes: [BudgetScope] {
        var scopes: [BudgetScope] = []
        if let key { scopes.append(.key(key)) }
        if let runtime, let project { scopes.append(.runtime(runtime, in: project)) }
        if let user { scopes.append(.user(user)) }
        if let project { scopes.append(.project(project)) }
        if let tenant { scopes.append(.tenant(tenant)) }
        return scopes + [.platform]
    }
}

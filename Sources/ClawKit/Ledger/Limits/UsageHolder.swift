/// Who spends, and whose spending is limited: `tenant/acme`, `runtime/demo/ada`.
public struct UsageHolder: Sendable, Hashable, LosslessStringConvertible {
    public var level: UsageLimitID.Level
    /// Empty for the platform; a runtime's is `PROJECT/NAME`.
    public var name: String

    public init(_ level: UsageLimitID.Level, _ name: String) { (self.level, self.name) = (level, name) }

    public static let platform = UsageHolder(.platform, "")
    public static func tenant(_ name: String) -> Self { Self(.tenant, name) }
    public static func project(_ name: String) -> Self { Self(.project, name) }
    public static func user(_ name: String) -> Self { Self(.user, name) }
    public static func runtime(_ name: String, in project: String) -> Self { Self(.runtime, "\(project)/\(name)") }
    /// Of one model key, by its id.
    public static func key(_ id: String) -> Self { Self(.key, id) }

    public var description: String { level == .platform ? level.rawValue : "\(level.rawValue)/\(name)" }

    /// Reads ``description``.
    public init?(_ description: String) {
        let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let level = UsageLimitID.Level(rawValue: parts[0]), (parts.count == 1) == (level == .platform),
            parts.count == 1 || !parts[1].isEmpty
        else { return nil }
        self.init(level, parts.count == 1 ? "" : parts[1])
    }
}

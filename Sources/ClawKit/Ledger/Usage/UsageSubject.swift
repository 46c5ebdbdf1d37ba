/// For whom something was used: the parts that are known, from the widest to the narrowest.
public struct UsageSubject: Sendable, Hashable {
    public var tenant: String?
    public var project: String?
    public var user: String?
    /// Its name in the project.
    public var runtime: String?
    /// The id of the key that was shown; never the key.
    public var key: String?

    public init(
        tenant: String? = nil, project: String? = nil, user: String? = nil, runtime: String? = nil, key: String? = nil
    ) {
        (self.tenant, self.project, self.user, self.runtime, self.key) = (tenant, project, user, runtime, key)
    }

    /// Whether each part that a pattern has is the same here.
    public func matches(_ pattern: UsageSubject) -> Bool {
        func agrees(_ part: KeyPath<UsageSubject, String?>) -> Bool {
            pattern[keyPath: part] == nil || pattern[keyPath: part] == self[keyPath: part]
        }
        return agrees(\.tenant) && agrees(\.project) && agrees(\.user) && agrees(\.runtime) && agrees(\.key)
    }
}

extension UsageSubject {
    /// Whose limits hold for it, from the narrowest. A project's name is unique in the platform, a runtime's within its
    /// project.
    public var holders: [UsageHolder] {
        var holders: [UsageHolder] = []
        if let key { holders.append(.key(key)) }
        if let runtime { holders.append(project.map { .runtime(runtime, in: $0) } ?? UsageHolder(.runtime, runtime)) }
        if let user { holders.append(.user(user)) }
        if let project { holders.append(.project(project)) }
        if let tenant { holders.append(.tenant(tenant)) }
        return holders + [.platform]
    }
}

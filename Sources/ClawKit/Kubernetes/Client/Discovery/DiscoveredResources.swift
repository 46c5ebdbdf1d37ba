/// What a server serves: its groups in the server's order of preference, the core group (named "") first.
public struct DiscoveredResources: Sendable, Hashable {
    public var groups: [DiscoveredGroup]

    public init(groups: [DiscoveredGroup]) { self.groups = groups }

    /// Every resource at every version, in the order of preference: of two that a name could mean, kubectl takes the
    /// first.
    public var all: [ServedResource] { groups.flatMap { $0.versions.flatMap(\.resources) } }

    /// Every resource once, at the version its group prefers among those that have it.
    public var preferred: [ServedResource] {
        groups.flatMap { group in
            var seen: Set<String> = []
            return group.versions.flatMap(\.resources).filter { seen.insert($0.type.plural).inserted }
        }
    }

    /// What could not be asked, or is older than the server itself would like; the rest is whole.
    public var findings: [Finding] { groups.flatMap { $0.versions.compactMap(\.finding) } }

    /// - Parameter apiVersion: `v1`, `apps/v1`
    public func resource(apiVersion: String, kind: String) -> ServedResource? {
        all.first { $0.type.apiVersion == apiVersion && $0.type.kind == kind }
    }

    /// At the version that the group prefers.
    public func resource(group: String, kind: String) -> ServedResource? {
        all.first { $0.type.group == group && $0.type.kind == kind }
    }
}

/// A group of resources with its versions, the preferred one first.
public struct DiscoveredGroup: Sendable, Hashable {
    /// Empty for the core group.
    public var name: String
    public var versions: [DiscoveredVersion]

    public init(name: String, versions: [DiscoveredVersion]) { (self.name, self.versions) = (name, versions) }
}

/// The resources of one version of a group.
public struct DiscoveredVersion: Sendable, Hashable {
    public var version: String
    public var resources: [ServedResource]
    /// Why ``resources`` is empty or old: most often an extension server that does not answer.
    public var finding: Finding?

    public init(version: String, resources: [ServedResource] = [], finding: Finding? = nil) {
        (self.version, self.resources, self.finding) = (version, resources, finding)
    }
}

extension FindingCode {
    /// A part of a server's resources could not be discovered.
    public static let discovery = FindingCode(rawValue: "W_DISCOVERY")
    /// A name or kind that the server does not serve.
    public static let unknownKind = FindingCode(rawValue: "E_KIND")
    /// A name that means several resources.
    public static let ambiguousKind = FindingCode(rawValue: "E_KIND_AMBIGUOUS")
}

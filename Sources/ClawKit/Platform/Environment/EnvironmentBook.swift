import ClawControl
import ClawKubernetes
import ClawResources

/// The layers that hold for a runtime besides its template's and its own.
struct EnvironmentBook: Sendable {
    /// Finds a set by name and namespace.
    private let find: @Sendable (String, String) -> EnvironmentSet?

    init(_ caches: SharedCaches) {
        let sets = caches.cache(EnvironmentSet.self)
        find = { sets.get($0, in: $1) }
    }

    static let platformSet = "platform"
    static let projectSet = "project"
    static func userSet(_ user: String) -> String { "user.\(user)" }

    func statements(project: String, user: String) -> [EnvironmentStatement] {
        Self.places(project: project, user: user).compactMap { name, namespace, layer in
            find(name, namespace).flatMap { $0.isBeingDeleted ? nil : EnvironmentStatement($0, layer) }
        }
    }

    fileprivate static func places(
        project: String, user: String
    ) -> [(name: String, namespace: String, layer: EnvironmentLayer)] {
        [
            (platformSet, PlatformSettings.namespace, .platform), (projectSet, project, .project),
            (userSet(user), project, .user),
        ]
    }

    /// The layer that a set is, where its name and its namespace fit together.
    static func layer(of set: EnvironmentSet) -> EnvironmentLayer? {
        let isPlatform = set.namespace == PlatformSettings.namespace
        switch set.name {
        case platformSet: return isPlatform ? .platform : nil
        case projectSet: return isPlatform ? nil : .project
        default: return !isPlatform && set.name.hasPrefix("user.") ? .user : nil
        }
    }

    /// Whether a set holds for a runtime.
    static func holds(_ set: EnvironmentSet, for runtime: Runtime) -> Bool {
        places(project: runtime.namespace ?? "", user: runtime.spec.user).contains {
            $0.name == set.name && $0.namespace == set.namespace
        }
    }
}

extension KubernetesAPI {
    /// The layers that hold for a runtime, as they are now.
    func environmentStatements(project: String, user: String) async throws -> [EnvironmentStatement] {
        var statements: [EnvironmentStatement] = []
        for (name, namespace, layer) in EnvironmentBook.places(project: project, user: user) {
            if let set = try await find(EnvironmentSet.self, name, in: namespace) {
                statements.append(EnvironmentStatement(set, layer))
            }
        }
        return statements
    }
}

import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// The namespace of a project: what it is to look like, and whether one that is there is the project's.
enum ProjectNamespace {
    static let managedByLabel = "app.kubernetes.io/managed-by"
    static let projectLabel = "clawkit.dev/project"
    static let tenantLabel = "clawkit.dev/tenant"
    static let manager = "clawkit"

    static func desired(for project: Project) -> Namespace {
        Namespace(
            metadata: ObjectMeta(
                name: project.name,
                labels: [
                    managedByLabel: manager, projectLabel: project.name, tenantLabel: project.tenant,
                    "pod-security.kubernetes.io/enforce": project.spec.security.rawValue,
                ]))
    }

    enum Standing: Sendable, Hashable {
        case absent
        case ours
        /// Of a project of the same name that was deleted; it goes by itself.
        case going
        /// Somebody else's: never touched.
        case foreign
    }

    static func standing(of namespace: Namespace?, for project: Project) -> Standing {
        guard let namespace else { return .absent }
        guard isManaged(namespace, project: project.name) else { return .foreign }
        if namespace.isBeingDeleted { return .going }
        guard let owner = namespace.metadata.controllerReference else { return .ours }
        guard owner.uid != project.uid else { return .ours }
        return owner.kind == Project.type.kind && owner.name == project.name ? .going : .foreign
    }

    /// Whether a namespace was made for a project of that name.
    static func isManaged(_ namespace: Namespace, project: String) -> Bool {
        namespace.labels[managedByLabel] == manager && namespace.labels[projectLabel] == project
    }
}

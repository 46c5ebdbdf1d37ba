import ClawBase
public import ClawControl
import ClawDocuments
public import ClawKubernetes
import ClawModels
import ClawResources
public import Logging

/// Gives each Project its namespace, and says in the Project's condition `Ready` how that went.
///
/// The namespace is controlled by the Project: garbage collection removes it, with everything in it, after the
/// Project. A namespace that was not made for the project is never adopted.
public struct ProjectController: Sendable {
    private let api: any KubernetesAPI
    private let desired: DesiredState
    private let projects: ObjectCache<Project>
    private let namespaces: ObjectCache<Namespace>
    private let time: any TimeSource

    /// The controller, to be run by whoever runs the others.
    public static func controller(api: some KubernetesAPI, caches: SharedCaches, logger: Logger) -> Controller {
        let this = ProjectController(api: api, caches: caches)
        return Controller("projects", caches: caches, logger: logger) { key in
            guard let project = this.projects[key], !project.isBeingDeleted else { return .settled }
            return try await this.reconcile(project)
        }
        .reconciles(Project.self)
        // By name, not by owner: the namespace that stands in the way has another one.
        .watches(Namespace.self) { [ObjectKey(name: $0.name)] }
    }

    private init(api: some KubernetesAPI, caches: SharedCaches) {
        self.api = api
        desired = DesiredState(api, manager: "clawkit-projects")
        projects = caches.cache(Project.self)
        namespaces = caches.cache(Namespace.self)
        time = caches.time
    }

    private func reconcile(_ project: Project) async throws -> Reconciled {
        if ProjectName.isReserved(project.name) {
            try await report(
                project, false, "ReservedName",
                "The name is reserved for the cluster; delete the project and choose another.")
            return .settled
        }
        let live = namespaces.get(project.name)
        switch ProjectNamespace.standing(of: live, for: project) {
        case .foreign:
            try await report(
                project, false, "NamespaceNotOurs",
                "The namespace \(project.name) is there and was not made for this project; remove it, or delete the "
                    + "project and choose another name.")
            return .settled
        case .going:
            try await report(
                project, false, "NamespaceTerminating",
                "The namespace of an earlier project of this name is still going.")
            // Its deletion wakes this controller; the look is for what the watch may not tell.
            return .again(after: .seconds(5))
        case .absent, .ours:
            try await desired.apply(ProjectNamespace.desired(for: project), live: live)
            try await report(project, true, "NamespaceReady", "")
            return .settled
        }
    }

    /// Writes the condition where it says something new.
    private func report(_ project: Project, _ isReady: Bool, _ reason: String, _ message: String) async throws {
        let old = project.conditions.first { $0.type == "Ready" }
        let status = isReady ? "True" : "False"
        let condition = Condition(
            type: "Ready", status: status, reason: reason, message: message,
            lastTransitionTime: old.flatMap { $0.status == status ? $0.lastTransitionTime : nil } ?? time.now.rfc3339(),
            observedGeneration: project.metadata.generation)
        guard condition != old else { return }
        var changed = project
        changed.conditions = project.conditions.filter { $0.type != "Ready" } + [condition]
        do {
            _ = try await api.replaceStatus(changed)
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
            // Gone, or changed meanwhile: that change asks for this project again.
        }
    }
}

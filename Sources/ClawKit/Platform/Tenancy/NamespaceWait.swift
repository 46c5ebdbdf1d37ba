import ClawBase
import ClawKubernetes
import ClawModels
import ClawResources

/// Sees to it that whoever creates a project finds its namespace there.
struct NamespaceWait: Sendable {
    /// How long a creation waits; the project is there in any case.
    static let limit = Duration.seconds(10)

    let api: any KubernetesAPI
    let time: any TimeSource

    /// - Throws: ``Finding`` (`E_EXISTS`) where a namespace of that name would stand in the way.
    func checkFree(_ name: DNSLabel) async throws {
        guard let namespace = try await api.find(Namespace.self, name.description) else { return }
        guard ProjectNamespace.isManaged(namespace, project: name.description) else {
            throw Finding(
                .alreadyExists,
                "The cluster has a namespace '\(name)' that was not made for a project; remove it or choose "
                    + "another name.", field: "name", details: ["namespace": name.description])
        }
        if namespace.isBeingDeleted, try await api.find(Project.self, name.description) == nil {
            throw Finding(
                .alreadyExists,
                "The namespace of an earlier project '\(name)' is still being deleted; try again in a moment.",
                field: "name", details: ["namespace": name.description])
        }
    }

    /// Returns once the project's namespace is there, or its controller has said why not, or the limit is over.
    func waitUntilReady(_ project: Project) async throws {
        let (api, time) = (api, time)
        do {
            try await time.withDeadline(Self.limit, "The namespace of project \(project.name)") {
                let selection = Selection(fieldSelector: "metadata.name=\(project.name)")
                for try await event in api.watch(Project.self, matching: selection, time: time) {
                    let seen: [Project]
                    switch event {
                    case .snapshot(let all): seen = all.filter { $0.uid == project.uid }
                    case .applied(let one): seen = [one]
                    case .deleted: return
                    }
                    if seen.contains(where: Self.isSettled) { return }
                }
            }
        } catch let finding as Finding where finding.code == .deadline {
            // The orchestrator is slow or away; the answer shows the project as Pending.
        } catch is KubernetesError {
            // It cannot be watched; it is there all the same.
        }
    }

    /// Whether waiting longer is of no use.
    private static func isSettled(_ project: Project) -> Bool {
        guard let ready = project.conditions.first(where: { $0.type == "Ready" }) else { return false }
        return ready.status == "True" || ready.reason != "NamespaceTerminating"
    }
}

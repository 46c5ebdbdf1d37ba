import ClawBase
import ClawControl
import ClawKubernetes

/// Service accounts belong to all rollouts that run as them: each is their owner beside the others, and garbage
/// collection takes an account with the last of them. One-Click's operator makes the first rollout the only owner, and
/// deletes the account under the others.
///
/// An account that somebody else made, such as every namespace's `default`, is used and never changed.
struct SharedAccounts {
    enum Move: Sendable, Equatable {
        case nothing
        case create(ServiceAccount)
        case own([OwnerReference])
        case delete
    }

    /// The accounts that a rollout needs: that of its spec, and that of the revision which runs.
    static func names(of rollout: Rollout) -> Set<String> {
        let own = RolloutNames(rollout).serviceAccount(rollout.spec)
        return Set([own, rollout.status.revision.serviceAccount].compactMap(\.self)).filter(ObjectName.isSubdomain)
    }

    /// What is to be done about an account. Pure.
    /// - Parameter users: the rollouts of its namespace, in any order.
    static func move(
        _ name: String, in namespace: String, users: [Rollout], present: ServiceAccount?, manager: String
    ) -> Move {
        let users = users.filter { !$0.isBeingDeleted && names(of: $0).contains(name) }.sorted { $0.name < $1.name }
        let owners = users.map {
            OwnerReference(
                apiVersion: Rollout.type.apiVersion, kind: Rollout.type.kind, name: $0.name, uid: $0.uid ?? "")
        }
        guard let present else {
            guard !owners.isEmpty else { return .nothing }
            return .create(
                ServiceAccount(
                    metadata: ObjectMeta(
                        name: name, namespace: namespace,
                        labels: [Child.managerLabel: manager, RolloutLabel.project: namespace], ownerReferences: owners)))
        }
        guard isOurs(present, manager), !present.isBeingDeleted else { return .nothing }
        if owners.isEmpty { return .delete }
        return present.metadata.ownerReferences == owners ? .nothing : .own(owners)
    }

    /// Made here, or by One-Click's operator.
    private static func isOurs(_ account: ServiceAccount, _ manager: String) -> Bool {
        let owners = account.metadata.ownerReferences
        if account.labels[Child.managerLabel] == manager { return true }
        return !owners.isEmpty
            && owners.allSatisfy { $0.kind == Rollout.type.kind && $0.apiVersion.hasPrefix("\(Rollout.type.group)/") }
    }
}

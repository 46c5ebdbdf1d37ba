import ClawKubernetes
import Testing

@testable import ClawApps

@Suite("Who owns a service account")
struct SharedAccountsTests {
    private func move(_ users: [Rollout], _ present: ServiceAccount?) -> SharedAccounts.Move {
        SharedAccounts.move("sa", in: "p1", users: users, present: present, manager: "m")
    }

    private func user(_ name: String) -> Rollout { Manifests.small(name) { $0.serviceAccountName = "sa" } }

    private func account(_ owners: [String], labels: [String: String] = ["app.kubernetes.io/managed-by": "m"])
        -> ServiceAccount
    {
        ServiceAccount(
            metadata: ObjectMeta(
                name: "sa", namespace: "p1", labels: labels,
                ownerReferences: owners.map {
                    OwnerReference(apiVersion: "one-click.dev/v1alpha1", kind: "Rollout", name: $0, uid: "uid-\($0)")
                }))
    }

    @Test("all rollouts that run as it, in whatever order they come")
    func all() {
        guard case .create(let made) = move([user("b"), user("a")], nil) else { return #expect(Bool(false)) }
        #expect(made.metadata.ownerReferences.map(\.name) == ["a", "b"])
        #expect(move([user("a"), user("b")], made) == .nothing)
        #expect(move([user("b")], made) == .own(account(["b"]).metadata.ownerReferences))
        #expect(move([], made) == .delete)
    }

    @Test("nobody, where somebody else made it")
    func foreign() {
        #expect(move([user("a")], account([], labels: [:])) == .nothing)
        #expect(move([], account([], labels: [:])) == .nothing)
    }

    @Test("all of them, where One-Click's operator made it the first one's")
    func adopted() {
        var old = account(["a"], labels: [:])
        old.metadata.ownerReferences[0].controller = true
        #expect(move([user("a"), user("b")], old) == .own(account(["a", "b"]).metadata.ownerReferences))
    }

    @Test("the account of the revision that runs is needed too; one whose name cannot be is nobody's")
    func names() {
        var rollout = user("a")
        rollout.status.revision.serviceAccount = "old"
        #expect(SharedAccounts.names(of: rollout) == ["sa", "old"])
        #expect(SharedAccounts.names(of: Manifests.small { $0.serviceAccountName = "A/../b" }).isEmpty)
        #expect(SharedAccounts.names(of: Manifests.small { $0.serviceAccountName = "" }) == ["web-sa"])
    }
}

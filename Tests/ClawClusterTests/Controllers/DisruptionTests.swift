import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("Disruption budgets")
struct DisruptionTests {
    @Test("a percentage counts on what the pods' owners want; evictions are let through as far as it allows")
    func percentage() async throws {
        try await withSimulatedNodes(.init(count: 2)) { client in
            let labels = ["app": "web"]
            _ = try await client.create(
                Deployment(
                    metadata: ObjectMeta(name: "web", namespace: "default"),
                    spec: DeploymentSpec(
                        selector: LabelSelector(matchLabels: labels),
                        template: PodTemplateSpec(
                            metadata: ObjectMeta(labels: labels),
                            spec: PodSpec(containers: [Container(name: "main", image: "web:1")])),
                        replicas: 4)))
            _ = try await client.create(
                PodDisruptionBudget(
                    metadata: ObjectMeta(name: "web", namespace: "default"),
                    spec: PodDisruptionBudgetSpec(
                        maxUnavailable: .string("30%"), selector: LabelSelector(matchLabels: labels))))
            let ready = try await client.waitFor(PodDisruptionBudget.self, "web", in: "default") {
                $0.status?.currentHealthy == 4
            }
            // 30 % of four are two, rounded up.
            #expect(ready.status?.desiredHealthy == 2 && ready.status?.disruptionsAllowed == 2)
            #expect(ready.status?.expectedPods == 4)
            #expect(ready.status?.conditions.first?.reason == "SufficientPods")
            _ = try await client.edit(Deployment.self, "web", in: "default") { $0.spec?.replicas = 1 }
            let small = try await client.waitFor(PodDisruptionBudget.self, "web", in: "default") {
                $0.status?.expectedPods == 1 && $0.status?.currentHealthy == 1
            }
            #expect(small.status?.disruptionsAllowed == 1)
        }
    }

    @Test("pods whose owner has no size make the budget fail on the safe side")
    func unknownOwner() async throws {
        try await withCluster { cluster in
            let client = cluster.client
            let owner = try await client.create(ConfigMap(metadata: ObjectMeta(name: "o", namespace: "default")))
            _ = try await client.create(
                Pod(
                    metadata: ObjectMeta(
                        name: "p", namespace: "default", labels: ["app": "x"],
                        ownerReferences: [OwnerReference(controlling: owner)]),
                    spec: PodSpec(containers: [Container(name: "c", image: "i")])))
            _ = try await client.create(
                PodDisruptionBudget(
                    metadata: ObjectMeta(name: "b", namespace: "default"),
                    spec: PodDisruptionBudgetSpec(
                        minAvailable: .string("50%"), selector: LabelSelector(matchLabels: ["app": "x"]))))
            let failed = try await client.waitFor(PodDisruptionBudget.self, "b", in: "default") {
                $0.status?.conditions.first?.reason == "SyncFailed"
            }
            #expect(failed.status?.disruptionsAllowed == 0)
            #expect(failed.status?.conditions.first?.message == "found no controllers for pod \"p\"")
        }
    }
}

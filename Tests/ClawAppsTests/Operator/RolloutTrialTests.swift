import ClawApps
import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@Suite("The operator of rollouts, put to the test", .timeLimit(.minutes(15)))
struct RolloutTrialTests {
    private func trial() -> Trial {
        var trial = Trial("rollouts") { subject in
            try await RolloutOperator(subject.client, time: subject.time, logger: OperatedCluster.logger).run()
        } given: { cluster in
            try await OperatedCluster.prepare(cluster)
            try await Rollout.install(in: cluster.client)
            var rollout = Manifests.small {
                $0.interfaces = [
                    .init(
                        "http", port: 80,
                        ingress: .init(ingressClass: "nginx", rules: [.init(host: "a.example.com", tls: true)]))
                ]
                $0.secrets = [.init("KEY", "value")]
                $0.cronjobs = [RolloutAdmissionTests.job("backup", schedule: "0 0 1 1 *")]
            }
            (rollout.metadata.uid, rollout.metadata.generation) = (nil, nil)
            _ = try await cluster.client.create(rollout)
        } until: { cluster in
            guard let rollout = try await cluster.client.find(Rollout.self, "web", in: "p1"),
                rollout.status.condition(.ready)?.reason == "Serving"
            else { return false }
            let namespace = "p1"
            let services = try await cluster.client.list(Service.self, in: namespace).items.map(\.name)
            let accounts = try await cluster.client.list(ServiceAccount.self, in: namespace).items.map(\.name)
            let records = try await cluster.client.list(ControllerRevision.self, in: namespace).items.map(\.name)
            let secrets = try await cluster.client.list(KubernetesSecret.self, in: namespace).items.count
            return services == ["http-web-svc"] && accounts.contains("web") && records == ["web-1"] && secrets == 2
        }
        trial.options = OperatedCluster.options()
        return trial
    }

    @Test("begun anew when all is done, it writes nothing")
    func idempotent() async throws { try await trial().isIdempotent() }

    @Test("killed after any of its requests, it gets there all the same")
    func crashes() async throws { try await trial().survivesCrashes(limit: 20) }

    @Test("it gets there whatever goes wrong between it and the cluster")
    func converges() async throws { try await trial().converges(seeds: 1...3) }

    @Test("the rights it needs are those of its kinds, and never all Secrets without a label")
    func privileges() async throws {
        let role = try await trial().leastPrivilege()
        let resources = Set(role.rules.flatMap(\.resources))
        #expect(resources.isSuperset(of: ["rollouts", "deployments", "services", "ingresses", "secrets"]))
        #expect(!resources.contains("*"))
    }
}

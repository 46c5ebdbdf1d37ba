import ClawApps
import ClawBase
import ClawControl
import ClawCustomResources
import ClawKubernetes
import IntegrationTesting
import Testing

@Suite("The operator of rollouts against a cluster", .serialized, .timeLimit(.minutes(10)))
struct RolloutIntegrationTests {
    @Test(
        "the suite runs against a cluster of one's own",
        .enabled(if: IntegrationTarget.external != nil, Comment(rawValue: IntegrationTarget.hint)))
    func external() { #expect(IntegrationTarget.all.count == 2) }

    /// The operator at work in the test's namespace alone: rollouts elsewhere in the cluster are not seen.
    private func operated(
        _ target: IntegrationTarget,
        _ body: @escaping @Sendable (Integration, RolloutOperator, WriteLog) async throws -> Void
    ) async throws {
        try await Integration.run(target, nodes: .simulated) { cluster in
            try await cluster.withDefinition(Rollout.definition, install: { try await Rollout.install(in: $0) }) {
                await cluster.waitForAccount()
                let log = WriteLog()
                var options = RolloutOperator.Options()
                options.installsDefinition = false
                options.manager = "integration-rollouts"
                let program = RolloutOperator(
                    log.watching(cluster.client), options: options, logger: OperatedCluster.logger)
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        try await program.run()
                        return false
                    }
                    group.addTask {
                        try await body(cluster, program, log)
                        return true
                    }
                    defer { group.cancelAll() }
                    while let isDone = try await group.next() { if isDone { return } }
                }
            }
        }
    }

    private func rollout(in namespace: String) -> Rollout {
        var rollout = Manifests.small {
            $0.image = .init(registry: "registry.k8s.io", repository: "pause", tag: "3.10")
            $0.resources = .init(requests: .init(cpu: "1m", memory: "8Mi"), limits: .init(cpu: "50m", memory: "32Mi"))
            $0.secrets = [.init("KEY", "hunter2")]
            $0.interfaces = [
                .init("http", port: 80, ingress: .init(ingressClass: "none", rules: [.init(host: "web.example.com")])),
                .init("admin", port: 81),
            ]
        }
        (rollout.metadata.namespace, rollout.metadata.uid, rollout.metadata.generation) = (namespace, nil, nil)
        return rollout
    }

    private func names<R: Resource>(_ type: R.Type, _ client: some KubernetesAPI) async throws -> [String] {
        try await client.list(R.self).items.map(\.name).sorted()
    }

    /// Until a condition speaks of the newest spec, and says so.
    private func wait(
        _ cluster: Integration, _ type: RolloutCondition, _ wanted: String, _ program: RolloutOperator
    ) async throws {
        do {
            try await cluster.eventually("\(type) \(wanted)", within: .seconds(180)) {
                let rollout = try await cluster.client.get(Rollout.self, "web")
                let found = rollout.status.condition(type).map { "\($0.status) \($0.reason)" }
                return rollout.status.observedGeneration == rollout.generation && found == wanted
            }
        } catch {
            Issue.record("\(program.rollouts.explain(ObjectKey(namespace: cluster.namespace, name: "web")))")
            throw error
        }
    }

    @Test(
        "from a manifest to all its objects, a change, a rollback, a narrower spec, rest, and nothing left at the end",
        arguments: IntegrationTarget.all)
    func life(target: IntegrationTarget) async throws {
        try await operated(target) { cluster, program, log in
            let client = cluster.client
            let runsPods = try await cluster.runsPods
            // Where nothing runs pods, the roll-out is as far as it gets.
            let (settled, rolledBack) = runsPods ? ("True Serving", "True RolledBack") : ("False RollingOut", "False RollingOut")
            _ = try await client.create(rollout(in: cluster.namespace))
            try await wait(cluster, .ready, settled, program)
            #expect(try await names(Deployment.self, client) == ["web"])
            #expect(try await names(Service.self, client) == ["admin-web-svc", "http-web-svc"])
            #expect(try await names(Ingress.self, client) == ["http-web-ingress"])
            #expect(try await names(HorizontalPodAutoscaler.self, client) == ["web"])
            #expect(try await names(KubernetesSecret.self, client).contains("web-secrets"))
            #expect(try await names(ServiceAccount.self, client).contains("web"))

            _ = try await client.edit(Rollout.self, "web") {
                $0.spec.image.tag = "3.9"
                $0.spec.interfaces = [.init("http", port: 80)]
            }
            try await wait(cluster, .ready, settled, program)
            try await cluster.eventually("the end of what is no longer desired") {
                let ingresses = try await names(Ingress.self, client)
                return try await names(Service.self, client) == ["http-web-svc"] && ingresses.isEmpty
            }
            try await RolloutKind.rollback("web", in: cluster.namespace, to: "web-1", client)
            try await wait(cluster, .ready, rolledBack, program)
            try await cluster.eventually("the first image") {
                let spec = try await client.get(Deployment.self, "web").spec?.template.spec
                return spec?.containers.first?.image == "registry.k8s.io/pause:3.10"
            }
            try await rest(cluster, program, log)
            _ = try await client.delete(Rollout.self, "web")
            try await cluster.eventually("the end of all that was made", within: .seconds(180)) {
                var left = try await names(Deployment.self, client) + names(Service.self, client)
                left += try await names(HorizontalPodAutoscaler.self, client) + names(ControllerRevision.self, client)
                let secrets = try await names(KubernetesSecret.self, client)
                return left.isEmpty && !secrets.contains("web-secrets")
            }
        }
    }

    /// Once it has written nothing for three seconds, looking again writes nothing.
    private func rest(_ cluster: Integration, _ program: RolloutOperator, _ log: WriteLog) async throws {
        let time = SystemTime()
        var (count, since) = (log.count, time.now)
        try await cluster.eventually("rest", within: .seconds(120)) {
            if log.count != count { (count, since) = (log.count, time.now) }
            return program.rollouts.isIdle && time.now - since > .seconds(3)
        }
        for _ in 0..<5 {
            program.rollouts.resync()
            try await cluster.eventually("rest") { program.rollouts.isIdle }
        }
        #expect(log.all.dropFirst(count) == [])
    }

    @Test("what cannot be carried out is told in the status, and stops nobody else", arguments: IntegrationTarget.all)
    func refused(target: IntegrationTarget) async throws {
        try await operated(target) { cluster, program, _ in
            var bad = rollout(in: cluster.namespace)
            bad.metadata.name = "bad"
            bad.spec.resources = .init(
                requests: .init(cpu: "lots", memory: "?"), limits: .init(cpu: "1", memory: "1Gi"))
            _ = try await cluster.client.create(bad)
            _ = try await cluster.client.create(rollout(in: cluster.namespace))
            try await cluster.eventually("the refusal") {
                let condition = try await cluster.client.get(Rollout.self, "bad").status.condition(.admitted)
                return condition.map { "\($0.status) \($0.reason)" } == "False Refused"
            }
            try await wait(cluster, .admitted, "True Accepted", program)
            try await cluster.eventually("the other's children") {
                try await names(Deployment.self, cluster.client) == ["web"]
            }
        }
    }
}

import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@testable import ClawApps

@Suite("In the place of One-Click's own operator", .timeLimit(.minutes(10)))
struct TakeoverTests {
    /// As theirs makes them: owned, labelled, and written as whole objects.
    private func objects(of rollout: Rollout) -> (Deployment, Service, PersistentVolumeClaim) {
        let labels = ["one-click.dev/projectId": "p1", "one-click.dev/deploymentId": "web"]
        func metadata(_ name: String) -> ObjectMeta {
            ObjectMeta(
                name: name, namespace: "p1", labels: labels, ownerReferences: [OwnerReference(controlling: rollout)])
        }
        let container = Container(
            name: "web", image: "docker.io/library/nginx:1.29.1", env: [EnvVar(name: "OLD", value: "1")],
            securityContext: SecurityContext(
                allowPrivilegeEscalation: false, capabilities: nil, privileged: false, readOnlyRootFilesystem: false,
                runAsNonRoot: false))
        let pod = PodSpec(
            containers: [container], securityContext: PodSecurityContext(fsGroup: 0, runAsGroup: 0, runAsUser: 0),
            serviceAccountName: "default")
        let deployment = Deployment(
            metadata: metadata("web"),
            spec: DeploymentSpec(
                selector: LabelSelector(matchLabels: labels),
                template: PodTemplateSpec(metadata: ObjectMeta(labels: labels), spec: pod), replicas: 3))
        let service = Service(
            metadata: metadata("http-web-svc"),
            spec: ServiceSpec(ports: [ServicePort(port: 8080, name: "http")], selector: labels))
        let claim = PersistentVolumeClaim(
            metadata: metadata("data-web"),
            spec: PersistentVolumeClaimSpec(
                accessModes: ["ReadWriteOnce"], resources: .init(requests: ["storage": "1Gi"]), storageClassName: ""))
        return (deployment, service, claim)
    }

    @Test("what it made goes on under the new one, without what nobody asked for")
    func takeover() async throws {
        var rollout = Manifests.small {
            $0.serviceAccountName = "default"
            $0.securityContext = .init(document: ["allowPrivilegeEscalation": false])
            $0.interfaces = [.init("http", port: 80)]
            $0.volumes = [.init("data", mountPath: "/data", size: "1Gi")]
        }
        (rollout.metadata.uid, rollout.metadata.generation) = (nil, nil)
        let sent = rollout
        try await SimulatedCluster.run(OperatedCluster.options()) { cluster in
            try await OperatedCluster.prepare(cluster)
            try await Rollout.install(in: cluster.client)
            let kept = try await cluster.client.create(sent)
            let (deployment, service, claim) = objects(of: kept)
            _ = try await cluster.client.create(deployment)
            _ = try await cluster.client.create(service)
            let oldClaim = try await cluster.client.create(claim)
            var options = RolloutOperator.Options()
            options.formerManagers = ["simulation"]
            let program = RolloutOperator(
                cluster.client, time: cluster.clock, options: options, logger: OperatedCluster.logger)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await program.run()
                    return false
                }
                group.addTask {
                    try await cluster.clock.advance(by: .minutes(2))
                    let pod = try await cluster.client.get(Deployment.self, "web", in: "p1").spec?.template.spec
                    #expect(pod?.containers[0].env.isEmpty == true)
                    #expect(pod?.securityContext?.runAsUser == nil && pod?.securityContext?.fsGroup == nil)
                    #expect(pod?.containers[0].securityContext?.document == ["allowPrivilegeEscalation": false])
                    let ports = try await cluster.client.get(Service.self, "http-web-svc", in: "p1").spec?.ports
                    #expect(ports?.map(\.port) == [80])
                    let claim = try await cluster.client.get(PersistentVolumeClaim.self, "data-web", in: "p1")
                    #expect(claim.uid == oldClaim.uid && claim.labels["app.kubernetes.io/managed-by"] != nil)
                    let status = try await cluster.client.get(Rollout.self, "web", in: "p1").status
                    #expect(status.condition(.admitted)?.status == "True")
                    #expect(status.condition(.ready)?.reason != "ChildRefused", "\(status)")
                    return true
                }
                defer { group.cancelAll() }
                while let isDone = try await group.next() { if isDone { return } }
            }
        }
    }

    @Test("the number of pods, and what others applied, stay whose they are")
    func entries() throws {
        func entry(_ manager: String, _ operation: String, subresource: String? = nil) -> ManagedFieldsEntry {
            var entry = ManagedFieldsEntry(document: [
                "manager": .string(manager), "operation": .string(operation),
                "fieldsV1": ["f:spec": ["f:replicas": [:], "f:template": [:]]],
            ])
            entry.subresource = subresource
            return entry
        }
        let entries = [
            entry("kube-controller-manager", "Update", subresource: "scale"),
            entry("manager", "Update", subresource: "status"),
            entry("manager", "Update"), entry("kubectl", "Apply"),
        ]
        let taken = try #require(Takeover.taken(entries, by: "ours", from: ["manager"]))
        #expect(taken.map(\.manager) == ["kube-controller-manager", "manager", "ours", "kubectl"])
        #expect(taken[2].operation == "Apply")
        #expect(taken[2].document["fieldsV1"] == ["f:spec": ["f:template": [:]]])
        #expect(Takeover.taken(taken, by: "ours", from: ["manager"]) == nil)
        #expect(Takeover.taken(entries + [entry("ours", "Apply")], by: "ours", from: ["manager"]) == nil)
        #expect(Takeover.taken([], by: "ours", from: ["manager"]) == nil)
    }
}

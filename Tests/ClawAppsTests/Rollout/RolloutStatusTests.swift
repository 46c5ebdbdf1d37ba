import ClawApps
import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("How a rollout stands")
struct RolloutStatusTests {
    private func pod(_ name: String, phase: String = "Running", ready: Bool = true) -> Pod {
        Pod(
            metadata: ObjectMeta(
                name: name, namespace: "p1",
                labels: ["one-click.dev/projectId": "p1", "one-click.dev/deploymentId": "web"]),
            spec: PodSpec(containers: [
                Container(
                    name: "web",
                    resources: .init(
                        limits: ["cpu": "1", "memory": "1Gi"], requests: ["cpu": "150m", "memory": "128Mi"]))
            ]),
            status: PodStatus(
                containerStatuses: [
                    ContainerStatus(name: "web", image: "", imageID: "", ready: ready, restartCount: 0)
                ], phase: phase))
    }

    @Test("from nothing to serving: conditions, the generation they answer, and the revision that runs")
    func serving() {
        var world = World(Manifests.small())
        world.pass()
        #expect(world.condition(.admitted) == "True Accepted")
        #expect(world.condition(.ready) == "False RollingOut")
        #expect(world.condition(.progressing) == "True RollingOut")
        world.comeUp()
        world.pass()
        #expect(world.condition(.ready) == "True Serving")
        #expect(world.condition(.progressing) == "False Complete")
        #expect(world.condition(.degraded) == "False AsSpecified")
        #expect(world.rollout.status.observedGeneration == 1)
        #expect(world.rollout.status.conditions.allSatisfy { $0.observedGeneration == 1 })
        #expect(world.rollout.status.revision.lastGood == "web-1")
        #expect(world.rollout.status.revision.image == "docker.io/library/nginx:1.29.1")
    }

    @Test("looking again changes nothing, whatever the time")
    func steady() {
        var world = World(Manifests.small { $0.secrets = [.init("A", "b")] })
        world.pass()
        world.comeUp()
        world.pass()
        let (status, children) = (JSON.object(world.rollout.status.document).bytes(), world.children.bytes)
        world.now = world.now + .days(3)
        world.pass()
        #expect(JSON.object(world.rollout.status.document).bytes() == status)
        #expect(world.children.bytes == children)
    }

    @Test("the published lists are sorted, in whatever order the objects came")
    func order() throws {
        let rollout = try Manifests.rollout(Manifests.full)
        var objects: [any Resource] = try RolloutKind().desire(rollout, Observed()).map(\.object)
        objects += ["web-c", "web-a", "web-b"].map { pod($0) }
        let first = RolloutKind().observe(rollout, Observed(objects), now: Timestamp(seconds: 0)).object
        let second = RolloutKind().observe(rollout, Observed(objects.reversed()), now: Timestamp(seconds: 0)).object
        #expect(JSON.object(first.document).bytes() == JSON.object(second.document).bytes())
        #expect(first.status.deployment.podNames == ["web-a", "web-b", "web-c"])
        #expect(first.status.services.map(\.name) == ["http-web-svc", "https-web-svc"])
        #expect(first.status.ingresses.map(\.name) == ["https-web-ingress"])
        #expect(first.status.ingresses[0].hosts == ["web.example.com", "www.example.com"])
        #expect(first.status.ingresses[0].status == "Pending")
        #expect(first.status.volumes.map { "\($0.name) \($0.status)" } == ["data-web Unknown"])
    }

    @Test("sums are cores and bytes in decimal, over the pods that run")
    func sums() {
        let pods = [pod("a"), pod("b"), pod("c", phase: "Succeeded")]
        let report = RolloutKind().observe(Manifests.small(), Observed(pods), now: Timestamp(seconds: 0)).object
        let resources = report.status.deployment.resources
        #expect((resources.requestSum.cpu, resources.requestSum.memory) == ("0.3", "268435456"))
        #expect((resources.limitSum.cpu, resources.limitSum.memory) == ("2", "2147483648"))
    }

    @Test("the words of the published status")
    func words() {
        func word(_ pods: [Pod]) -> Rollout.Health {
            RolloutKind().observe(Manifests.small(), Observed(pods), now: Timestamp(seconds: 0)).object.status
                .deployment
                .status
        }
        #expect(word([]) == .pending)
        #expect(word([pod("a")]) == .ok)
        #expect(word([pod("a"), pod("b", phase: "Pending")]) == .pending)
        #expect(word([pod("a", ready: false), pod("b", phase: "Pending")]) == .notReady)
    }

    @Test("a cron job's pods are none of the Deployment's")
    func cronPods() {
        var job = pod("backup")
        job.metadata.ownerReferences = [
            OwnerReference(apiVersion: "batch/v1", kind: "Job", name: "b", uid: "u", controller: true)
        ]
        let status = RolloutKind().observe(Manifests.small(), Observed([job]), now: Timestamp(seconds: 0)).object.status
        #expect(status.deployment.podNames.isEmpty)
        #expect(status.document["deployment"]?["podNames"] == [])
    }

    @Test("what is refused changes nothing; the conditions say what and where, and what runs is still told")
    func refused() {
        var world = World(Manifests.small())
        world.pass()
        world.comeUp()
        world.pass()
        let before = world.children.bytes
        world.edit {
            $0.resources = .init(requests: .init(cpu: "lots", memory: "1"), limits: .init(cpu: "1", memory: "1"))
        }
        world.pass()
        #expect(world.children.bytes == before)
        #expect(world.condition(.admitted) == "False Refused")
        #expect(world.condition(.ready) == "False NotAdmitted")
        #expect(world.condition(.degraded) == "True NotAdmitted")
        let message = world.rollout.status.condition(.admitted)?.message ?? ""
        #expect(message.contains("E_QUANTITY (spec.resources.requests.cpu)"))
        #expect(world.rollout.status.deployment.replicas == 1)
        #expect(world.rollout.status.observedGeneration == 2)
    }

    @Test("a child that the server refuses is told; of a Secret only which")
    func failures() {
        var world = World(Manifests.small { $0.secrets = [.init("A", "hunter2-secret")] })
        world.failures = [
            .init(
                kind: "Secret", name: "web-secrets", finding: Finding(.badRequest, "the value hunter2-secret is bad")),
            .init(kind: "Ingress", name: "x", finding: Finding(.badRequest, "the host is taken")),
        ]
        world.pass()
        #expect(world.condition(.ready) == "False ChildRefused")
        #expect(world.rollout.status.condition(.degraded)?.message.contains("the host is taken") == true)
        #expect(!"\(world.rollout.status)".contains("hunter2"))
    }

    @Test("a condition keeps the time of its last change")
    func transitions() {
        var world = World(Manifests.small())
        world.pass()
        let first = world.rollout.status.condition(.ready)?.lastTransitionTime
        world.now = world.now + .minutes(1)
        world.pass()
        #expect(world.rollout.status.condition(.ready)?.lastTransitionTime == first)
        world.comeUp()
        world.pass()
        #expect(world.rollout.status.condition(.ready)?.lastTransitionTime == world.now.rfc3339())
    }

    @Test("a pod too few: unavailable, though the rollout itself is done; more by the autoscaler changes nothing")
    func unavailable() {
        var world = World(Manifests.small { $0.horizontalScale = .init(min: 2, max: 5) })
        world.pass()
        world.comeUp(1)
        world.pass()
        #expect(world.condition(.ready) == "False RollingOut")
        world.comeUp(2)
        world.pass()
        #expect(world.condition(.ready) == "True Serving")
        world.deployment?.spec?.replicas = 4
        world.pass()
        #expect(world.condition(.ready) == "True Serving")
        world.deployment?.status?.availableReplicas = 1
        world.pass()
        #expect(world.condition(.ready) == "False Unavailable")
        #expect(world.condition(.degraded) == "True Unavailable")
    }

    @Test("nothing should run, and nothing does: that is ready")
    func stopped() {
        var world = World(Manifests.small { $0.horizontalScale = .init(min: 0, max: 0) })
        world.pass()
        world.comeUp(0)
        world.pass()
        #expect(world.condition(.ready) == "True Stopped")
        #expect(world.rollout.status.deployment.status == .ok)
    }

    @Test("what others put into the status stays")
    func others() {
        var world = World(Manifests.small())
        world.rollout.status.document["extra"] = "kept"
        world.rollout.status.conditions = [
            Condition(
                type: "Audited", status: "True", reason: "ByHand", message: "",
                lastTransitionTime: "2026-01-01T00:00:00Z")
        ]
        world.pass()
        #expect(world.rollout.status.document["extra"] == "kept")
        #expect(
            world.rollout.status.conditions.map(\.type) == ["Admitted", "Ready", "Progressing", "Degraded", "Audited"])
    }

    @Test("the status is one that the definition takes")
    func valid() throws {
        var world = World(try Manifests.rollout(Manifests.full))
        world.pass()
        world.comeUp()
        world.objects.append(pod("web-a"))
        world.pass()
        try world.rollout.validateStatus(replacing: try Manifests.rollout(Manifests.full))
    }
}

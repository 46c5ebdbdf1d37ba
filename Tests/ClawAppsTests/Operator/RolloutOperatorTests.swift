import ClawApps
import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@Suite("The operator of rollouts, on a simulated cluster", .timeLimit(.minutes(10)))
struct RolloutOperatorTests {
    @Test("from a manifest to ready, with everything the spec says", arguments: Manifests.all.keys.sorted())
    func becomesReady(_ name: String) async throws {
        let rollout = try Manifests.rollout(try #require(Manifests.all[name]))
        try await OperatedCluster.run { world in
            if rollout.spec.volumes.contains(where: { $0.storageClass == "nfs-data" }) {
                _ = try await world.client.create(
                    StorageClass(metadata: ObjectMeta(name: "nfs-data"), provisioner: "simulated.example"))
            }
            if !rollout.spec.nodeSelector.isEmpty {
                for node in try await world.client.list(Node.self).items {
                    _ = try await world.client.mergePatch(
                        Node.self, node.name,
                        [
                            "metadata": [
                                "labels": .object(
                                    JSONObject(rollout.spec.nodeSelector.map { ($0.key, .string($0.value)) }))
                            ]
                        ])
                }
            }
            // Nobody provisions volumes here.
            for volume in rollout.spec.volumes {
                _ = try await world.client.create(
                    PersistentVolume(
                        metadata: ObjectMeta(name: "pv-\(volume.name)"),
                        spec: PersistentVolumeSpec(
                            accessModes: ["ReadWriteOnce"], capacity: ["storage": "10Gi"],
                            hostPath: HostPathVolumeSource(path: "/v"), storageClassName: volume.storageClass)))
            }
            try await world.create(rollout)
            let isReady = try await world.until(.ready, "True Serving", of: rollout.name)
            let status = try await world.get(rollout.name).status
            #expect(isReady, "\(status) \(world.rollouts.explain(ObjectKey(namespace: "p1", name: rollout.name)))")
            #expect(status.services.count == rollout.spec.interfaces.count)
            #expect(status.deployment.status == .ok)
            #expect(!status.deployment.podNames.isEmpty)
            #expect(status.volumes.allSatisfy { $0.status == "Bound" })
            let account = try await world.client.get(
                ServiceAccount.self, rollout.spec.serviceAccountName, in: "p1")
            #expect(account.metadata.ownerReferences.map(\.name) == [rollout.name])
        }
    }

    @Test("in steady state nothing is sent: theirs sends four requests and more for each look")
    func steadyState() async throws {
        let rollout = try Manifests.rollout(Manifests.full)
        try await OperatedCluster.run { world in
            var rollout = rollout
            (rollout.spec.volumes, rollout.spec.nodeSelector, rollout.spec.cronjobs) = ([], [:], [])
            try await world.create(rollout)
            #expect(try await world.until(.ready, "True Serving"))
            try await world.clock.advance(by: .minutes(10))
            let start = world.cluster.history.count
            for _ in 0..<20 {
                world.rollouts.resync()
                try await world.clock.settle()
            }
            let records = world.rollouts.records(of: ObjectKey(namespace: "p1", name: "web"))
            #expect(records.suffix(5).allSatisfy { $0.writeCount == 0 && $0.outcome == .settled })
            #expect(world.cluster.history.requests(from: start).map(\.description) == [])
        }
    }

    @Test("an interface that loses its ingress loses it; one that goes takes its Service with it")
    func ingress() async throws {
        let rollout = Manifests.small {
            $0.interfaces = [
                .init("http", port: 80, ingress: .init(ingressClass: "nginx", rules: [.init(host: "a.example.com")])),
                .init("admin", port: 81),
            ]
        }
        try await OperatedCluster.run { world in
            try await world.create(rollout)
            #expect(try await world.until(.ready, "True Serving"))
            #expect(try await world.client.find(Ingress.self, "http-web-ingress", in: "p1") != nil)
            try await world.edit { $0.spec.interfaces = [.init("http", port: 80)] }
            #expect(try await world.until(.ready, "True Serving"))
            try await world.clock.advance(by: .seconds(5))
            #expect(try await world.client.list(Ingress.self, in: "p1").items.isEmpty)
            #expect(try await world.client.list(Service.self, in: "p1").items.map(\.name) == ["http-web-svc"])
        }
    }

    @Test("what a certificate manager adds to an Ingress stays, and is no reason to write")
    func foreignAnnotations() async throws {
        let rollout = Manifests.small {
            $0.interfaces = [
                .init(
                    "http", port: 80,
                    ingress: .init(
                        ingressClass: "nginx", annotations: ["mine": "1"], rules: [.init(host: "a.example.com")]))
            ]
        }
        try await OperatedCluster.run { world in
            try await world.create(rollout)
            #expect(try await world.until(.ready, "True Serving"))
            _ = try await world.client.mergePatch(
                Ingress.self, "http-web-ingress", in: "p1", ["metadata": ["annotations": ["theirs": "2"]]])
            let start = world.cluster.history.count
            try await world.clock.advance(by: .minutes(5))
            #expect(world.writes(since: start, of: "ingresses") == [])
            let annotations = try await world.client.get(Ingress.self, "http-web-ingress", in: "p1").annotations
            #expect(annotations["mine"] == "1" && annotations["theirs"] == "2")
            try await world.edit { $0.spec.interfaces[0].ingress?["annotations"] = [String: String]() }
            try await world.clock.advance(by: .seconds(10))
            let later = try await world.client.get(Ingress.self, "http-web-ingress", in: "p1").annotations
            #expect(later["mine"] == nil && later["theirs"] == "2")
        }
    }

    @Test("a volume dropped from the spec keeps its data, until the annotation lets it go")
    func volumes() async throws {
        let rollout = Manifests.small { $0.volumes = [.init("data", mountPath: "/data", size: "1Gi")] }
        try await OperatedCluster.run { world in
            try await world.create(rollout)
            try await world.clock.advance(by: .minutes(1))
            let claim = try await world.client.get(PersistentVolumeClaim.self, "data-web", in: "p1")
            #expect(claim.spec?.storageClassName == "standard")
            try await world.edit { $0.spec.volumes = [] }
            #expect(try await world.until(.ready, "True Serving"))
            #expect(try await world.client.find(PersistentVolumeClaim.self, "data-web", in: "p1") != nil)
            #expect(try await world.get().status.volumes.map(\.name) == ["data-web"])
            try await world.annotate("web", RolloutAnnotation.volumeRetention, "Delete")
            let isGone = try await world.clock.advance(atMost: .minutes(10)) {
                try await world.client.find(PersistentVolumeClaim.self, "data-web", in: "p1") == nil
            }
            #expect(isGone)
        }
    }

    @Test("a rollout that cannot be carried out stops nobody else, and goes on where it is mended")
    func refused() async throws {
        try await OperatedCluster.run { world in
            try await world.create(
                Manifests.small("bad") {
                    $0.resources = .init(
                        requests: .init(cpu: "lots", memory: "?"), limits: .init(cpu: "1", memory: "1Gi"))
                })
            try await world.create(Manifests.small())
            #expect(try await world.until(.ready, "True Serving"))
            #expect(try await world.until(.admitted, "False Refused", of: "bad"))
            #expect(try await world.client.find(Deployment.self, "bad", in: "p1") == nil)
            try await world.edit("bad") { $0.spec.resources = Manifests.resources }
            #expect(try await world.until(.ready, "True Serving", of: "bad"))
        }
    }

    @Test("pods that do not come up in time: back to the last good revision, told, and the next change is tried")
    func returnsToLastGood() async throws {
        var rollout = Manifests.small { $0.secrets = [.init("KEY", "one")] }
        rollout.annotations = [RolloutAnnotation.progressDeadline: "60s"]
        let first = rollout
        try await OperatedCluster.run { world in
            try await world.create(first)
            #expect(try await world.until(.ready, "True Serving"))
            try await world.edit {
                $0.spec.image.tag = "broken"
                $0.spec.secrets = [.init("KEY", "two")]
            }
            #expect(try await world.until(.degraded, "True ReturnedToLastGood"))
            let isBack = try await world.clock.advance(atMost: .minutes(5)) {
                try await world.image() == "docker.io/library/nginx:1.29.1"
            }
            #expect(isBack)
            #expect(try await world.get().spec.image.tag == "broken")
            let secret = try await world.client.get(KubernetesSecret.self, "web-secrets", in: "p1")
            #expect(secret.data["KEY"] == Base64.encode(Array("one".utf8)))
            try await world.clock.advance(by: .minutes(5))
            let start = world.cluster.history.count
            try await world.clock.advance(by: .minutes(20))
            #expect(world.writes(since: start, of: "rollouts", "deployments", "secrets") == [])
            #expect(try await world.get().status.deployment.status == .ok)

            try await world.edit { $0.spec.image.tag = "1.29.2" }
            #expect(try await world.until(.ready, "True Serving"))
            #expect(try await world.image() == "docker.io/library/nginx:1.29.2")
            let revisions = try await RolloutKind.revisions(of: "web", in: "p1", world.client).map(\.name)
            #expect(revisions == ["web-3", "web-2", "web-1"])
        }
    }

    @Test("rollback to any revision, until the spec changes")
    func rollback() async throws {
        try await OperatedCluster.run { world in
            try await world.create(Manifests.small())
            #expect(try await world.until(.ready, "True Serving"))
            try await world.edit { $0.spec.image.tag = "1.29.2" }
            #expect(try await world.until(.ready, "True Serving"))
            try await RolloutKind.rollback("web", in: "p1", to: "web-1", world.client)
            #expect(try await world.until(.ready, "True RolledBack"))
            #expect(try await world.image() == "docker.io/library/nginx:1.29.1")
            #expect(try await world.get().spec.image.tag == "1.29.2")
            try await world.edit { $0.spec.image.tag = "1.29.3" }
            #expect(try await world.until(.ready, "True Serving"))
            #expect(try await world.image() == "docker.io/library/nginx:1.29.3")
        }
    }

    @Test("the strategy can be changed to recreate and back")
    func strategy() async throws {
        try await OperatedCluster.run { world in
            try await world.create(Manifests.small())
            #expect(try await world.until(.ready, "True Serving"))
            for strategy in ["recreate", "rollingUpdate"] {
                try await world.edit { $0.spec.rolloutStrategy = strategy }
                #expect(try await world.until(.ready, "True Serving"))
                let type = try await world.client.get(Deployment.self, "web", in: "p1").spec?.strategy?.type
                #expect(type == (strategy == "recreate" ? "Recreate" : "RollingUpdate"))
            }
        }
    }

    @Test("stopped and started again: no pods, then as many as the autoscaler says")
    func stopped() async throws {
        try await OperatedCluster.run { world in
            try await world.create(Manifests.small { $0.horizontalScale = .init(min: 2, max: 4) })
            #expect(try await world.until(.ready, "True Serving"))
            #expect(try await world.get().status.deployment.replicas >= 2)
            try await world.edit { $0.spec.horizontalScale = .init(min: 0, max: 0) }
            #expect(try await world.until(.ready, "True Stopped"))
            let isEmpty = try await world.clock.advance(atMost: .minutes(5)) {
                try await world.get().status.deployment.podNames.isEmpty
            }
            #expect(isEmpty)
            try await world.edit { $0.spec.horizontalScale = .init(min: 2, max: 4) }
            #expect(try await world.until(.ready, "True Serving"))
        }
    }

    @Test(
        "a service account of two rollouts outlives the first and goes with the last; one that was there is left alone")
    func accounts() async throws {
        try await OperatedCluster.run { world in
            for name in ["one", "two"] {
                try await world.create(Manifests.small(name) { $0.serviceAccountName = "shared" })
            }
            try await world.create(Manifests.small("three") { $0.serviceAccountName = "default" })
            #expect(try await world.until(.ready, "True Serving", of: "one"))
            #expect(try await world.until(.ready, "True Serving", of: "two"))
            #expect(try await world.until(.ready, "True Serving", of: "three"))
            let shared = try await world.client.get(ServiceAccount.self, "shared", in: "p1")
            #expect(shared.metadata.ownerReferences.map(\.name) == ["one", "two"])
            #expect(shared.metadata.ownerReferences.allSatisfy { $0.controller == nil })
            let given = try await world.client.get(ServiceAccount.self, "default", in: "p1")
            #expect(given.metadata.ownerReferences.isEmpty)
            _ = try await world.client.delete(Rollout.self, "one", in: "p1")
            _ = try await world.client.delete(Rollout.self, "three", in: "p1")
            try await world.clock.advance(by: .minutes(2))
            let later = try await world.client.get(ServiceAccount.self, "shared", in: "p1")
            #expect(later.uid == shared.uid)
            #expect(later.metadata.ownerReferences.map(\.name) == ["two"])
            #expect(try await world.client.get(ServiceAccount.self, "default", in: "p1").uid == given.uid)
            try await world.edit("two") { $0.spec.serviceAccountName = "own" }
            #expect(try await world.until(.ready, "True Serving", of: "two"))
            try await world.clock.advance(by: .minutes(2))
            #expect(try await world.client.find(ServiceAccount.self, "shared", in: "p1") == nil)
            _ = try await world.client.delete(Rollout.self, "two", in: "p1")
            try await world.clock.advance(by: .minutes(2))
            #expect(try await world.client.find(ServiceAccount.self, "own", in: "p1") == nil)
        }
    }

    @Test("with a rollout goes all that was made for it")
    func deletion() async throws {
        let rollout = Manifests.small {
            $0.secrets = [.init("A", "1")]
            $0.interfaces = [.init("http", port: 80)]
            $0.cronjobs = [RolloutAdmissionTests.job("backup")]
        }
        try await OperatedCluster.run { world in
            try await world.create(rollout)
            #expect(try await world.until(.ready, "True Serving"))
            _ = try await world.client.delete(Rollout.self, "web", in: "p1")
            try await world.clock.advance(by: .minutes(5))
            #expect(try await world.client.list(Deployment.self, in: "p1").items.isEmpty)
            #expect(try await world.client.list(Pod.self, in: "p1").items.isEmpty)
            #expect(try await world.client.list(Service.self, in: "p1").items.isEmpty)
            #expect(try await world.client.list(KubernetesSecret.self, in: "p1").items.isEmpty)
            #expect(try await world.client.list(ControllerRevision.self, in: "p1").items.isEmpty)
            #expect(try await world.client.list(CronJob.self, in: "p1").items.isEmpty)
            #expect(try await world.client.list(HorizontalPodAutoscaler.self, in: "p1").items.isEmpty)
        }
    }

    @Test("no secret stands in an event, a status, or anything else but Secrets and the rollout itself")
    func secrets() async throws {
        let rollout = Manifests.small {
            $0.secrets = [.init("KEY", "hunter2-secret")]
            $0.image = .init(registry: "ghcr.io", repository: "a/b", tag: "1", username: "u", password: "pull-me-not")
        }
        try await OperatedCluster.run { world in
            try await world.create(rollout)
            #expect(try await world.until(.ready, "True Serving"))
            let status = try await world.get().status
            var texts = ["\(status)"]
            texts += try await world.client.list(Event.self, in: "p1").items.map { "\($0)" }
            texts += try await world.client.list(Deployment.self, in: "p1").items.map { "\($0)" }
            texts += try await world.client.list(ReplicaSet.self, in: "p1").items.map { "\($0)" }
            texts += try await world.client.list(Pod.self, in: "p1").items.map { "\($0)" }
            texts += try await world.client.list(ControllerRevision.self, in: "p1").items.map { "\($0)" }
            texts.append(world.rollouts.explain(ObjectKey(namespace: "p1", name: "web")))
            for secret in ["hunter2-secret", "pull-me-not"] {
                for form in [secret, Base64.encode(Array(secret.utf8))] {
                    #expect(texts.allSatisfy { !$0.contains(form) })
                }
            }
        }
    }

    @Test("two rollouts whose names meet in one Service: the first has it, the second is told")
    func collision() async throws {
        try await OperatedCluster.run { world in
            try await world.create(Manifests.small("b-c") { $0.interfaces = [.init("a", port: 80)] })
            #expect(try await world.until(.ready, "True Serving", of: "b-c"))
            try await world.create(Manifests.small("c") { $0.interfaces = [.init("a-b", port: 81)] })
            #expect(try await world.until(.degraded, "True ChildRefused", of: "c"))
            let service = try await world.client.get(Service.self, "a-b-c-svc", in: "p1")
            #expect(service.spec?.ports.map(\.port) == [80])
            #expect(try await world.until(.ready, "True Serving", of: "b-c"))
        }
    }
}

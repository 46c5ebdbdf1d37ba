import ClawApps
import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("What should be there for a rollout")
struct RolloutChildrenTests {
    private func desire(_ rollout: Rollout, _ observed: [any Resource] = []) throws -> [Child] {
        try RolloutKind().desire(rollout, Observed(observed))
    }

    private func full() throws -> [Child] { try desire(try Manifests.rollout(Manifests.full)) }

    @Test("every child has its published name")
    func names() throws {
        let names = Set(try full().names.filter { !$0.contains("/web-revision-") })
        #expect(
            names == [
                "ControllerRevision/web-3", "Secret/web-secrets", "Secret/web-imagepullsecret",
                "PersistentVolumeClaim/data-web", "Deployment/web", "Service/http-web-svc", "Service/https-web-svc",
                "Ingress/https-web-ingress", "HorizontalPodAutoscaler/web",
                "CronJob/\(RolloutNames("web").cronJob("some-bash-job"))",
            ])
    }

    @Test("the same rollout gives the same bytes")
    func stable() throws { #expect(try full().bytes == full().bytes) }

    @Test("the container runs what the spec says")
    func container() throws {
        let deployment = try #require(try full().of(Deployment.self).first)
        let pod = try #require(deployment.spec?.template.spec)
        let container = try #require(pod.containers.first)
        #expect(container.image == "docker.io/library/nginx:1.29.1")
        #expect(container.command == ["nginx"])
        #expect(container.env.map(\.name) == ["USERNAME", "DEBUG"])
        #expect(container.envFrom.first?.secretRef?.name == "web-secrets")
        #expect(container.volumeMounts.map(\.mountPath) == ["/data"])
        #expect(container.resources?.limits["memory"] == "256Mi")
        #expect(pod.imagePullSecrets.map(\.name) == ["web-imagepullsecret"])
        #expect(pod.serviceAccountName == "nginx")
        #expect(pod.tolerations.first?.value == "ssd")
        #expect(pod.hostAliases.first?.ip == "10.0.0.1")
        #expect(
            deployment.spec?.selector.matchLabels == [
                "one-click.dev/projectId": "p1", "one-click.dev/deploymentId": "web",
            ])
    }

    @Test("defect 1: a security context has the fields that were given, and no zeroes")
    func securityContext() throws {
        let rollout = Manifests.small { $0.securityContext = .init(document: ["allowPrivilegeEscalation": false]) }
        let pod = try #require(try desire(rollout).of(Deployment.self).first?.spec?.template.spec)
        #expect(pod.securityContext == nil)
        #expect(pod.containers[0].securityContext?.document == ["allowPrivilegeEscalation": false])
        let whole = try #require(try full().of(Deployment.self).first?.spec?.template.spec)
        #expect(whole.securityContext?.document == ["fsGroup": 1000, "runAsGroup": 1000, "runAsUser": 1000])
        #expect(whole.containers[0].securityContext?.capabilities?.drop == ["ALL"])
        #expect(whole.containers[0].securityContext?.privileged == false)
    }

    @Test("defect 2: a storage class left out is left out", arguments: [nil, ""])
    func storageClass(_ given: String?) throws {
        let rollout = Manifests.small { $0.volumes = [.init("d", mountPath: "/d", size: "1Gi", storageClass: given)] }
        let claim = try #require(try desire(rollout).of(PersistentVolumeClaim.self).first)
        #expect(claim.spec?.document["storageClassName"] == nil)
        #expect(claim.spec?.accessModes == ["ReadWriteOnce"])
    }

    @Test("defect 3: a volume dropped from the spec is kept, unless the annotation says otherwise")
    func droppedVolume() throws {
        var rollout = Manifests.small { $0.volumes = [.init("d", mountPath: "/d", size: "1Gi")] }
        func policy() throws -> Child.Policy? {
            try desire(rollout).first { $0.object is PersistentVolumeClaim }?.policy
        }
        #expect(try policy() == .kept)
        rollout.annotations = [RolloutAnnotation.volumeRetention: "Delete"]
        #expect(try policy() == .managed)
    }

    @Test("defect 4: a volume that cannot shrink stays as it is, and the others are made all the same")
    func shrinking() throws {
        let rollout = Manifests.small {
            $0.volumes = [
                .init("a", mountPath: "/a", size: "1Gi", storageClass: "fast"),
                .init("b", mountPath: "/b", size: "3Gi"),
            ]
        }
        let present = PersistentVolumeClaim(
            metadata: ObjectMeta(name: "a-web", namespace: "p1"),
            spec: .init(resources: .init(requests: ["storage": "2Gi"]), storageClassName: "slow"))
        let claims = try desire(rollout, [present]).of(PersistentVolumeClaim.self)
        #expect(claims.map { $0.spec?.resources?.requests["storage"] } == ["2Gi", "3Gi"])
        #expect(claims[0].spec?.storageClassName == nil)
        let status = RolloutKind().observe(rollout, Observed([present]), now: Timestamp(seconds: 0)).object.status
        #expect(status.condition(.degraded)?.status != "True" || status.condition(.degraded)?.reason != "VolumeLost")
    }

    @Test("a storage class once given stays given, and a default that the server filled in is not taken over")
    func classes() throws {
        let given = Manifests.small { $0.volumes = [.init("a", mountPath: "/a", size: "1Gi", storageClass: "fast")] }
        let first = try #require(try desire(given).of(PersistentVolumeClaim.self).first)
        let later = Manifests.small { $0.volumes = [.init("a", mountPath: "/a", size: "1Gi")] }
        #expect(try desire(later, [first]).of(PersistentVolumeClaim.self) == [first])
        var defaulted = try #require(try desire(later).of(PersistentVolumeClaim.self).first)
        let untouched = defaulted
        defaulted.spec?.storageClassName = "standard"
        #expect(try desire(later, [defaulted]).of(PersistentVolumeClaim.self) == [untouched])
    }

    @Test("defect 6: cron jobs of two rollouts never have one name, and every name fits")
    func cronNames() {
        var seen: [String: String] = [:]
        let words = [
            "a", "b", "a-b", "b-c", "a-b-c", "c", "backup", "nightly-backup", String(repeating: "x", count: 63),
        ]
        for rollout in words {
            for entry in words {
                let name = RolloutNames(rollout).cronJob(entry)
                #expect(name.utf8.count <= 52)
                #expect(seen.updateValue("\(rollout)/\(entry)", forKey: name) == nil)
                if rollout.utf8.count < 40 { #expect(name.hasPrefix("\(rollout)-")) }
            }
        }
        #expect(RolloutNames("web").cronJob("backup") == "web-backup")
    }

    @Test("defect 6: maxRetries counts where backoffLimit is absent; failed runs are not tried again by themselves")
    func retries() throws {
        func limit(_ fields: JSONObject) throws -> Int? {
            var job = RolloutAdmissionTests.job("b")
            for (name, value) in fields { job.document[name] = value }
            return try desire(Manifests.small { $0.cronjobs = [job] }).of(CronJob.self).first?
                .spec.jobTemplate.spec?.backoffLimit
        }
        #expect(try limit([:]) == 0)
        #expect(try limit(["maxRetries": 3]) == 3)
        #expect(try limit(["maxRetries": 3, "backoffLimit": 2]) == 2)
    }

    @Test("defect 7: a Secret of one's own keeps the hosts of its certificate")
    func certificates() throws {
        let ingress = try #require(try full().of(Ingress.self).first)
        let tls = ingress.spec?.tls ?? []
        #expect(tls.map(\.secretName) == ["wildcard-tls-secret", "https-web-tls-secret"])
        #expect(tls.map(\.hosts) == [["web.example.com"], ["www.example.com"]])
        #expect(ingress.spec?.rules.map(\.host) == ["web.example.com", "web.example.com", "www.example.com"])
        #expect(ingress.spec?.rules.first?.http?.paths.first?.pathType == "ImplementationSpecific")
        #expect(ingress.spec?.ingressClassName == "nginx")
    }

    @Test("defect 9: the container's ports are set, each once, and named where the name fits")
    func ports() throws {
        let rollout = Manifests.small {
            $0.interfaces = [
                .init("http", port: 80), .init("same", port: 80), .init("an-interface-with-a-long-name", port: 81),
            ]
        }
        let children = try desire(rollout)
        let ports = try #require(children.of(Deployment.self).first?.spec?.template.spec?.containers[0].ports)
        #expect(ports.map(\.containerPort) == [80, 81])
        #expect(ports.map(\.name) == ["http", nil])
        #expect(
            children.of(Service.self).map { $0.spec?.ports.first?.name } == [
                "http", "same", "an-interface-with-a-long-name",
            ])
    }

    @Test("defect 10: no secret stands anywhere but in Secrets")
    func plainText() throws {
        for child in try full() where !(child.object is KubernetesSecret) {
            let text = "\(child.object.document)"
            for secret in ["hunter2-secret", "s3cr3t-122", "pull-me"] { #expect(!text.contains(secret)) }
        }
    }

    @Test("an interface without rules has no Ingress")
    func noIngress() throws {
        let rollout = Manifests.small {
            $0.interfaces = [
                .init("a", port: 80), .init("b", port: 81, ingress: .init(ingressClass: "nginx", rules: [])),
            ]
        }
        #expect(try desire(rollout).of(Ingress.self).isEmpty)
    }

    @Test("how many pods run is left to the autoscaler, which has the published behaviour")
    func replicas() throws {
        let children = try full()
        #expect(children.of(Deployment.self).first?.spec?.replicas == nil)
        let spec = try #require(children.of(HorizontalPodAutoscaler.self).first?.spec)
        #expect((spec.minReplicas, spec.maxReplicas) == (1, 3))
        #expect(spec.behavior?.scaleUp?.stabilizationWindowSeconds == 0)
        #expect(spec.behavior?.scaleDown?.stabilizationWindowSeconds == 300)
        #expect(spec.metrics.first?.resource?.target.averageUtilization == 80)
    }

    @Test("at least and at most no pods: nothing runs, and no autoscaler brings it back")
    func stopped() throws {
        let children = try desire(Manifests.small { $0.horizontalScale = .init(min: 0, max: 0) })
        #expect(children.of(Deployment.self).first?.spec?.replicas == 0)
        #expect(children.of(HorizontalPodAutoscaler.self).isEmpty)
    }

    @Test("pods are replaced where a secret changes, and only then")
    func checksum() throws {
        func template(_ secrets: [Rollout.Variable], uid: String = "u") throws -> PodTemplateSpec? {
            var rollout = Manifests.small { $0.secrets = secrets }
            rollout.metadata.uid = uid
            return try desire(rollout).of(Deployment.self).first?.spec?.template
        }
        let first = try template([.init("A", "1"), .init("B", "2")])
        #expect(try first == template([.init("B", "2"), .init("A", "1")]))
        #expect(try first != template([.init("A", "1"), .init("B", "3")]))
        #expect(try first != template([.init("A", "1B"), .init("", "2")]))
        #expect(try first != template([.init("A", "1"), .init("B", "2")], uid: "other"))
        #expect(try template([])?.metadata?.annotations.isEmpty ?? true)
    }

    @Test("the pull secret is what nodes read")
    func pullSecret() throws {
        let secret = try #require(try full().of(KubernetesSecret.self).first { $0.name == "web-imagepullsecret" })
        #expect(secret.type == "kubernetes.io/dockerconfigjson")
        let bytes = try #require(secret.data[".dockerconfigjson"].flatMap(Base64.decode))
        let entry = try #require(try JSONParser.parse(bytes)["auths"]?["docker.io"])
        #expect(entry["username"] == "u")
        #expect(entry["auth"]?.string.flatMap(Base64.decode).map { String(decoding: $0, as: UTF8.self) } == "u:pull-me")
    }

    @Test("a cron job's pods get no requests of the rollout's Services")
    func cronPods() throws {
        let children = try full()
        let pod = try #require(children.of(CronJob.self).first?.spec.jobTemplate.spec?.template.metadata?.labels)
        let selector = try #require(children.of(Service.self).first?.spec?.selector)
        #expect(!selector.allSatisfy { pod[$0.key] == $0.value })
    }

    @Test("of two variables of one name the last one counts")
    func variables() throws {
        let rollout = Manifests.small { $0.env = [.init("A", "1"), .init("B", "2"), .init("A", "3")] }
        let env = try #require(try desire(rollout).of(Deployment.self).first?.spec?.template.spec?.containers[0].env)
        #expect(env.map { "\($0.name)=\($0.value ?? "")" } == ["B=2", "A=3"])
    }

    @Test(
        "a tag that is a digest names the image by it",
        arguments: [
            ("sha256:abc", "docker.io/library/nginx@sha256:abc"),
            ("1.29@sha256:abc", "docker.io/library/nginx:1.29@sha256:abc"),
        ])
    func digests(_ tag: String, _ image: String) throws {
        let rollout = Manifests.small { $0.image.tag = tag }
        #expect(try desire(rollout).of(Deployment.self).first?.spec?.template.spec?.containers[0].image == image)
    }

    @Test("secrets come before the pods that read them, and nothing else holds anything up")
    func stages() throws {
        for child in try full() {
            let isFirst = child.object is KubernetesSecret || child.object is ControllerRevision
            #expect(child.stage == (isFirst ? 0 : 1))
        }
    }
}

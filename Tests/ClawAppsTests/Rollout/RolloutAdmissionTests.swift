import ClawApps
import ClawBase
import ClawKubernetes
import Testing

@Suite("What speaks against a rollout")
struct RolloutAdmissionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let code: FindingCode
        let field: String
        let change: @Sendable (inout Rollout.Spec) -> Void
        var testDescription: String { what }

        init(
            _ what: String, _ code: FindingCode, _ field: String,
            _ change: @escaping @Sendable (inout Rollout.Spec) -> Void
        ) {
            (self.what, self.code, self.field, self.change) = (what, code, field, change)
        }
    }

    private static func resources(_ cpu: String, _ memory: String = "1Mi", limit: String = "1") -> Rollout.Resources {
        .init(requests: .init(cpu: cpu, memory: memory), limits: .init(cpu: limit, memory: "1Gi"))
    }

    static let cases = [
        Case("a cpu that is no amount", .quantity, "spec.resources.requests.cpu") {
            $0.resources = resources("100 milli")
        },
        Case("a negative cpu", .quantity, "spec.resources.requests.cpu") { $0.resources = resources("-1") },
        Case("a memory left empty", .quantity, "spec.resources.requests.memory") { $0.resources = resources("1m", "") },
        Case("a limit below its request", .limits, "spec.resources.limits.cpu") {
            $0.resources = resources("2", limit: "500m")
        },
        Case("a volume's size that is no amount", .quantity, "spec.volumes[0].size") {
            $0.volumes = [.init("data", mountPath: "/data", size: "2 GB")]
        },
        Case("a volume of no size", .quantity, "spec.volumes[0].size") {
            $0.volumes = [.init("data", mountPath: "/data", size: "0")]
        },
        Case("two volumes of one name", .duplicate, "spec.volumes[1].name") {
            $0.volumes = [.init("d", mountPath: "/a", size: "1Gi"), .init("d", mountPath: "/b", size: "1Gi")]
        },
        Case("two volumes in one place", .duplicate, "spec.volumes[1].mountPath") {
            $0.volumes = [.init("a", mountPath: "/a", size: "1Gi"), .init("b", mountPath: "/a", size: "1Gi")]
        },
        Case("a volume's name in capitals", .badName, "spec.volumes[0].name") {
            $0.volumes = [.init("Data", mountPath: "/a", size: "1Gi")]
        },
        Case("two interfaces of one name", .duplicate, "spec.interfaces[1].name") {
            $0.interfaces = [.init("http", port: 80), .init("http", port: 81)]
        },
        Case("an interface that begins with a digit", .badName, "spec.interfaces[0].name") {
            $0.interfaces = [.init("8080", port: 80)]
        },
        Case("a port that is none", .port, "spec.interfaces[0].port") { $0.interfaces = [.init("http", port: 70_000)] },
        Case("a host that is an address", .address, "spec.interfaces[0].ingress.rules[0].host") {
            $0.interfaces = [
                .init("http", port: 80, ingress: .init(ingressClass: "n", rules: [.init(host: "10.0.0.1")]))
            ]
        },
        Case("a path without its slash", .address, "spec.interfaces[0].ingress.rules[0].path") {
            $0.interfaces = [
                .init("http", port: 80, ingress: .init(ingressClass: "n", rules: [.init(host: "a.b", path: "x")]))
            ]
        },
        Case("more pods at least than at most", .scale, "spec.horizontalScale.maxReplicas") {
            $0.horizontalScale = .init(min: 4, max: 2)
        },
        Case("less than no pods", .scale, "spec.horizontalScale.minReplicas") {
            $0.horizontalScale = .init(min: -1, max: 2)
        },
        Case("a target of no CPU", .scale, "spec.horizontalScale.targetCPUUtilizationPercentage") {
            $0.horizontalScale = .init(min: 1, max: 2, targetCPU: 0)
        },
        Case("a pod at least, but none", .scaleToZero, "spec.horizontalScale.minReplicas") {
            $0.horizontalScale = .init(min: 0, max: 2)
        },
        Case("no repository", .image, "spec.image.repository") { $0.image.repository = "" },
        Case("a repository in capitals", .image, "spec.image.repository") { $0.image.repository = "Acme/Web" },
        Case("no tag", .image, "spec.image.tag") { $0.image.tag = "" },
        Case("a secret's name with a blank in it", .badName, "spec.secrets[0].name") {
            $0.secrets = [.init("A B", "x")]
        },
        Case("a variable without a name", .badName, "spec.env[0].name") { $0.env = [.init("", "x")] },
        Case("a service account in capitals", .badName, "spec.serviceAccountName") { $0.serviceAccountName = "Web" },
        Case("privileged without escalation", .securityContext, "spec.securityContext.allowPrivilegeEscalation") {
            $0.securityContext = .init(document: ["privileged": true, "allowPrivilegeEscalation": false])
        },
        Case("root and not root", .securityContext, "spec.securityContext.runAsUser") {
            $0.securityContext = .init(document: ["runAsUser": 0, "runAsNonRoot": true])
        },
        Case("a cron job without a schedule", .schedule, "spec.cronjobs[0].schedule") {
            $0.cronjobs = [job("backup", schedule: "")]
        },
        Case("two cron jobs of one name", .duplicate, "spec.cronjobs[1].name") {
            $0.cronjobs = [job("backup"), job("backup")]
        },
        Case("a cron job's cpu that is no amount", .quantity, "spec.cronjobs[0].resources.requests.cpu") {
            $0.cronjobs = [
                .init("b", schedule: "@daily", image: $0.image, resources: resources("x"))
            ]
        },
    ]

    static func job(_ name: String, schedule: String = "@daily") -> Rollout.CronJob {
        .init(
            name, schedule: schedule, image: .init(registry: "docker.io", repository: "busybox", tag: "1"),
            resources: Manifests.resources)
    }

    @Test("is told with its code and place, and nothing else is", arguments: cases)
    func told(_ wrong: Case) {
        let findings = RolloutKind().admit(Manifests.small("web", wrong.change))
        #expect(findings.map(\.code) == [wrong.code])
        #expect(findings.map(\.field) == [wrong.field])
    }

    @Test("is told all at once")
    func allAtOnce() {
        let rollout = Manifests.small { spec in
            for wrong in Self.cases.prefix(1) + Self.cases[15...17] { wrong.change(&spec) }
        }
        #expect(RolloutKind().admit(rollout).count >= 2)
    }

    @Test(
        "a name that cannot be a container's", arguments: ["a.b", "Web", "", String(repeating: "a", count: 64), "-a"])
    func names(_ name: String) {
        #expect(RolloutKind().admit(Manifests.small(name)).contains { $0.field == "metadata.name" })
    }

    @Test("an object without a spec has findings, and stops nobody")
    func empty() throws {
        let rollout = Rollout(ObjectMeta(name: "web", namespace: "p1"))
        #expect(!RolloutKind().admit(rollout).isEmpty)
        _ = try RolloutKind().desire(rollout, Observed())
        _ = RolloutKind().observe(rollout, Observed(), now: Timestamp(seconds: 0))
    }

    @Test(
        "schedules that cron knows",
        arguments: [
            "* * * * *", "*/5 0-6 1,15 jan-mar mon", "0 0 ? * SUN", "@daily", "@every 1h30m", "5/15 * * * *",
            "0  3 * * *",
        ])
    func schedules(_ text: String) {
        #expect(RolloutKind().admit(Manifests.small { $0.cronjobs = [Self.job("a", schedule: text)] }) == [])
    }

    @Test(
        "texts that are no schedules",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7",
            "*/0 * * * *", "5-1 * * * *", "@sometimes", "@every", "TZ=UTC * * * * *", "a * * * *", "-1 * * * *",
            "99999999999999999999 * * * *", "* * * * \u{0}",
        ])
    func noSchedules(_ text: String) {
        let findings = RolloutKind().admit(Manifests.small { $0.cronjobs = [Self.job("a", schedule: text)] })
        #expect(findings.map(\.code) == [.schedule])
    }

    @Test("annotations that mean nothing are told")
    func annotations() {
        var rollout = Manifests.small()
        rollout.annotations = [
            RolloutAnnotation.progressDeadline: "soon", RolloutAnnotation.revisionHistory: "0",
            RolloutAnnotation.updatePolicy: "newest", RolloutAnnotation.updateInterval: "5 minutes",
            RolloutAnnotation.volumeRetention: "perhaps", RolloutAnnotation.autoReturn: "no",
        ]
        let findings = RolloutKind().admit(rollout)
        #expect(findings.count == 6)
        #expect(findings.allSatisfy { $0.code == .rolloutAnnotation })
    }

    @Test("no finding repeats a secret")
    func secrets() {
        let rollout = Manifests.small {
            $0.secrets = [.init("BAD NAME", "hunter2-secret")]
            $0.image = .init(registry: " ", repository: "UP", tag: "", username: "u", password: "hunter2-secret")
        }
        for finding in RolloutKind().admit(rollout) { #expect(!"\(finding)\(finding.details)".contains("hunter2")) }
    }

    @Test("hostile texts in every field give findings and nothing worse")
    func hostile() throws {
        let texts = [
            "", " ", "\u{0}", "../../etc/passwd", String(repeating: "9", count: 5000), "💥", "-", ".", "a\nb", "{{7*7}}",
            "$(reboot)", "' or 1=1", String(repeating: "a-", count: 2000),
        ]
        for text in texts {
            let rollout = Manifests.small(text) { spec in
                spec.image = .init(registry: text, repository: text, tag: text, username: text, password: text)
                spec.resources = .init(requests: .init(cpu: text, memory: text), limits: .init(cpu: text, memory: text))
                spec.env = [.init(text, text)]
                spec.secrets = [.init(text, text)]
                spec.volumes = [.init(text, mountPath: text, size: text, storageClass: text)]
                spec.interfaces = [
                    .init(
                        text, port: .max,
                        ingress: .init(
                            ingressClass: text, annotations: [text: text],
                            rules: [.init(host: text, path: text, tls: true, tlsSecretName: text)]))
                ]
                spec.cronjobs = [Self.job(text, schedule: text)]
                (spec.serviceAccountName, spec.rolloutStrategy) = (text, text)
            }
            #expect(!RolloutKind().admit(rollout).isEmpty)
            _ = try RolloutKind().desire(rollout, Observed())
            _ = RolloutKind().observe(rollout, Observed(), now: Timestamp(seconds: 0))
        }
    }
}

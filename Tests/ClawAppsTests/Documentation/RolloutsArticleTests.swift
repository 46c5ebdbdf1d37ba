import ArticleTesting
import ClawApps
import ClawBase
import ClawCluster
import ClawKubernetes
import Logging
import Testing

private func run() async throws {
    // ARTICLE: operator
    let client = try KubernetesClient.connect()
    let transport = CurlTransport()
    try await RolloutOperator(client, registry: RegistryClient(transport), logger: Logger(label: "operator")).run()
    // ARTICLE: end
}

@Suite("The article on rollouts")
struct RolloutsArticleTests {
    private let article: Article
    init() throws { article = try Article("Docs/rollouts.md", compiledIn: #filePath) }

    @Test("its Swift is the Swift compiled here")
    func swift() throws {
        #expect(article.names == ["operator"])
        #expect(article.fences == [try #require(article.block("operator"))])
        // In the text itself.
        #expect(article.text.contains(#"`try await RolloutKind.rollback("web", in: "p1", to: "web-3", client)`"#))
        _ = { client in try await RolloutKind.rollback("web", in: "p1", to: "web-3", client) }
            as (KubernetesClient) async throws -> Void
    }

    @Test("its names of annotations, conditions and policies are those of the code")
    func names() throws {
        let annotations = [
            RolloutAnnotation.progressDeadline, RolloutAnnotation.autoReturn, RolloutAnnotation.revisionHistory,
            RolloutAnnotation.rollbackTo, RolloutAnnotation.volumeRetention, RolloutAnnotation.updatePolicy,
            RolloutAnnotation.updateInterval, RolloutAnnotation.updatePattern, RolloutAnnotation.updateImage,
        ]
        for annotation in annotations {
            let parts = annotation.split(separator: "/")
            #expect(parts.first == "one-click.dev")
            #expect(article.text.contains("`\(parts.last ?? "")`"), "\(annotation)")
        }
        for type in RolloutCondition.allCases { #expect(article.text.contains("| `\(type.rawValue)` |"), "\(type)") }
        for reason in RolloutReason.allCases { #expect(article.text.contains("`\(reason.rawValue)`"), "\(reason)") }
    }

    @Test("the objects that it lists are those of a rollout with an interface, a volume, secrets and a cron job")
    func objects() async throws {
        let rollout = Manifests.small {
            $0.interfaces = [
                .init("http", port: 80, ingress: .init(ingressClass: "nginx", rules: [.init(host: "a.example.com")]))
            ]
            $0.volumes = [.init("data", mountPath: "/data", size: "1Gi")]
            $0.secrets = [.init("KEY", "one")]
            $0.cronjobs = [RolloutAdmissionTests.job("backup")]
            $0.image = .init(registry: "ghcr.io", repository: "a/b", tag: "1", username: "u", password: "p")
            $0.serviceAccountName = ""
        }
        try await OperatedCluster.run { world in
            try await world.create(rollout)
            let isThere = try await world.clock.advance(atMost: .minutes(5)) {
                try await world.client.find(Deployment.self, "web", in: "p1") != nil
            }
            #expect(isThere)
            func expect<R: Resource>(_ type: R.Type, _ names: String...) async throws {
                for name in names {
                    #expect(article.text.contains("`\(name)`"))
                    #expect(try await world.client.find(R.self, name, in: "p1") != nil, "\(R.type.kind) \(name)")
                }
            }
            try await expect(HorizontalPodAutoscaler.self, "web")
            try await expect(Service.self, "http-web-svc")
            try await expect(Ingress.self, "http-web-ingress")
            try await expect(KubernetesSecret.self, "web-secrets", "web-imagepullsecret")
            try await expect(PersistentVolumeClaim.self, "data-web")
            try await expect(CronJob.self, "web-backup")
            try await expect(ServiceAccount.self, "web-sa")
            #expect(try await world.client.find(ControllerRevision.self, "web-1", in: "p1") != nil)
        }
    }
}

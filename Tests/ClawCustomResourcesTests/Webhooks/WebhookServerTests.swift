import ClawBase
import ClawCluster
import ClawCustomResources
import ClawDocuments
import ClawHTTPServer
import ClawKubernetes
@testable import ClawWebhooks
import ClawModels
import Logging
import Synchronization
import Testing

@Suite("Webhooks served over https, with certificates of their own")
struct WebhookServerTests {
    /// A cluster and a server that it asks over a real connection, until `body` ends.
    private func withServer(
        _ webhooks: [any Webhook], by way: @escaping @Sendable (KubernetesClient) -> any KubernetesAPI = { $0 },
        _ body: @escaping @Sendable (EmbeddedCluster) async throws -> Void
    ) async throws {
        try await EmbeddedCluster.withCluster { cluster in
            try await Glider.install(in: cluster.client)
            // The address must be known before the server is: its certificate names it.
            let port = try await Self.freePort()
            let server = WebhookServer(
                way(cluster.client), at: .url("https://127.0.0.1:\(port)", name: "gliders"), secretNamespace: "default",
                serving: webhooks)
            let (ready, told) = AsyncStream<Void>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await server.run(
                        listen: ListenAddress(host: "127.0.0.1", port: port), logger: Logger(label: "test"),
                        onReady: { _ in told.yield() })
                }
                _ = await ready.first { true }
                try await body(cluster)
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    private static func freePort() async throws -> Int {
        let handler = WebhookHandler([])
        return try await HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: Logger(label: "test"))
            .withServer(handler) { $0.port }
    }

    private func glider(_ name: String, span: Int = 120) -> Glider {
        var glider = Glider(ObjectMeta(name: name, namespace: "default"))
        glider.spec = Glider.Spec(span: span, chord: 20)
        return glider
    }

    @Test("a refusal reaches the writer with its code and place")
    func refusal() async throws {
        let webhook = AdmissionWebhook(for: Glider.self) { request in
            guard let glider = request.object else { return [] }
            if glider.spec.span > 300 {
                throw Finding(
                    FindingCode(rawValue: "E_TOO_WIDE"), "It does not fit the door; at most 300.", field: "spec.span")
            }
            return glider.spec.span > 200 ? ["wide"] : []
        }
        try await withServer([webhook]) { cluster in
            _ = try await cluster.client.create(glider("small"))
            let error = await #expect(throws: KubernetesError.self) {
                try await cluster.client.create(self.glider("large", span: 400))
            }
            #expect(error?.message.contains("It does not fit the door") == true)
            #expect(error?.causes.map(\.reason) == ["E_TOO_WIDE"])
            #expect(error?.causes.map(\.field) == ["spec.span"])
        }
    }

    @Test("an object is changed on its way")
    func change() async throws {
        let webhook = AdmissionWebhook(changing: Glider.self) { glider, request in
            if request.operation == .create { glider.spec.pilot = request.user }
            glider.annotations["toys.example/seen"] = "yes"
        }
        try await withServer([webhook]) { cluster in
            let made = try await cluster.client.create(glider("g"))
            #expect(made.spec.pilot?.isEmpty == false)
            #expect(made.annotations == ["toys.example/seen": "yes"])
        }
    }

    @Test("versions are converted by the kind's own conversions")
    func conversion() async throws {
        try await withServer([ConversionWebhook(for: Glider.self)]) { cluster in
            var old = GliderV1(ObjectMeta(name: "old", namespace: "default"))
            old.spec.size = "90x15"
            old.labels = ["kept": "yes"]
            _ = try await cluster.client.create(old)
            let new = try await cluster.client.get(Glider.self, "old", in: "default")
            #expect(new.spec.span == 90 && new.spec.chord == 15)
            #expect(new.labels == ["kept": "yes"])
            #expect(try await cluster.client.get(GliderV1.self, "old", in: "default").spec.size == "90x15")
            old.spec.size = "wide"
            old.metadata.name = "bad"
            let bad = old
            let error = await #expect(throws: KubernetesError.self) { try await cluster.client.create(bad) }
            #expect(error?.message.contains("not written like 120x20") == true)
        }
    }

    @Test("a server that cannot reach the API server at first registers later, and is ready only then")
    func late() async throws {
        let refusals = Mutex(0)
        try await withServer([ConversionWebhook(for: Glider.self)]) { client in
            ModifiedAPI(client) { request in
                guard request.target?.type.plural == "customresourcedefinitions" else { return }
                let isAway = refusals.withLock { count in
                    count += 1
                    return count == 1
                }
                if isAway { throw TransportError(code: .unreachable, message: "The API server is away.") }
            }
        } _: { cluster in
            #expect(refusals.withLock { $0 } > 1)
            let definition = try await cluster.client.get(CustomResourceDefinition.self, Glider.type.qualifiedName)
            #expect(definition.document["spec"]?["conversion"]?["strategy"] == "Webhook")
        }
    }

    @Test("replicas share one certificate, whoever comes first")
    func replicas() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let certificates = WebhookCertificates(
                secret: ("default", "certs"), hosts: ["hooks.default.svc"], lifetimes: .init())
            let kept = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await certificates.settled(in: cluster.client, time: SystemTime()).server.certificatePEM
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(kept.count == 1)
        }
    }
}

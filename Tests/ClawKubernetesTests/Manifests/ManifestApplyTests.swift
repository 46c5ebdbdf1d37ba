import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@Suite("Applying manifests")
struct ManifestApplyTests {
    @Test("objects are created, changed by field, and left alone")
    func life() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            let first = try await applier.apply(text: ManifestFixture.map("web"))
            #expect(first.map(\.description) == ["configmap/web created"])
            #expect(first[0].live?.namespace == "default")
            #expect(try await applier.apply(text: ManifestFixture.map("web")).map(\.outcome) == [.unchanged])
            let third = try await applier.apply(text: ManifestFixture.map("web", "a: '2'"))
            #expect(third.map(\.outcome) == [.changed(fields: ["data.a"])])
            // What is no longer applied goes.
            let fourth = try await applier.apply(text: ManifestFixture.map("web", "b: '2'"))
            #expect(fourth.map(\.outcome) == [.changed(fields: ["data.b", "data.a"])])
        }
    }

    @Test("what others need comes first: namespaces, definitions, accounts, workloads, own kinds")
    func order() async throws {
        try await withEmbeddedCluster { cluster in
            let text = ManifestFixture.joined(
                "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: shop}, spec: {size: 1}}",
                ManifestFixture.map("web", namespace: "shop"),
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: shop}}",
                JSON.object(ManifestFixture.definition).description,
                "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}")
            let results = try await ManifestApplier(cluster.client).apply(text: text)
            #expect(
                results.map(\.description) == [
                    "namespace/shop created",
                    "customresourcedefinition.apiextensions.k8s.io/widgets.example.com created",
                    "serviceaccount/web created", "configmap/web created", "widget.example.com/w created",
                ])
            #expect(results.last?.source == "stdin: document 1")
            let again = try await ManifestApplier(cluster.client).apply(text: text)
            #expect(again.allSatisfy { $0.outcome == .unchanged })
        }
    }

    @Test("a refused object has its reason, and the others are applied")
    func refusal() async throws {
        try await withEmbeddedCluster { cluster in
            let text = ManifestFixture.joined(
                ManifestFixture.map("a"), ManifestFixture.map("b", "a: [1]"),
                ManifestFixture.map("c", namespace: "none"),
                "{apiVersion: v1, kind: ConfigMapp, metadata: {name: d}}")
            let results = try await ManifestApplier(cluster.client).apply(text: text)
            #expect(results[0].outcome == .created)
            #expect(results.dropFirst().allSatisfy { $0.refusal != nil })
            let byName = Dictionary(uniqueKeysWithValues: results.map { ($0.object.name, $0) })
            #expect(byName["c"]?.refusal?.details["reason"] == "NotFound")
            #expect(byName["d"]?.refusal?.code == .unknownKind)
            #expect(byName["d"]?.refusal?.field == "stdin: document 4")
        }
    }

    @Test("a field that another manager owns is a conflict, unless taken by force")
    func conflict() async throws {
        try await withEmbeddedCluster { cluster in
            _ = try await ManifestApplier(cluster.client).apply(text: ManifestFixture.map("web"))
            var options = ManifestApplier.Options()
            options.fieldManager = "other"
            let polite = try await ManifestApplier(cluster.client, options: options).apply(
                text: ManifestFixture.map("web", "a: '2'"))
            let refusal = try #require(polite[0].refusal)
            #expect(refusal.details["conflicts"] == ".data.a (clawkit)")
            options.force = true
            let forced = try await ManifestApplier(cluster.client, options: options).apply(
                text: ManifestFixture.map("web", "a: '2'"))
            #expect(forced[0].outcome == .changed(fields: ["data.a"]))
        }
    }

    @Test("an object that stands twice is refused before anything is written")
    func twice() async throws {
        try await withEmbeddedCluster { cluster in
            let text = ManifestFixture.joined(
                ManifestFixture.map("web"), ManifestFixture.map("web", namespace: "default"))
            await #expect(throws: Finding.self) { try await ManifestApplier(cluster.client).apply(text: text) }
            let written = try await cluster.client.find(ConfigMap.self, "web", in: "default")
            #expect(written == nil)
        }
    }

    @Test("a dry run says what would be and writes nothing, even for kinds not there yet")
    func dryRun() async throws {
        try await withEmbeddedCluster { cluster in
            var options = ManifestApplier.Options()
            options.dryRun = true
            let text = ManifestFixture.joined(
                ManifestFixture.map("web"), JSON.object(ManifestFixture.definition).description,
                "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}")
            let results = try await ManifestApplier(cluster.client, options: options).apply(text: text)
            #expect(results.map(\.outcome) == [.created, .created, .created])
            #expect(results.map(\.isDryRun) == [true, true, true])
            #expect(results.last?.note?.code == .unchecked)
            #expect(try await cluster.client.find(ConfigMap.self, "web", in: "default") == nil)
        }
    }

    @Test("deleting goes the other way round; what is not there is told")
    func delete() async throws {
        try await withEmbeddedCluster { cluster in
            let text = ManifestFixture.joined(
                JSON.object(ManifestFixture.definition).description, ManifestFixture.map("web"),
                "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}")
            let applier = ManifestApplier(cluster.client)
            _ = try await applier.apply(text: text)
            let objects = try Manifest.objects(in: text)
            let results = try await applier.delete(objects, waitingAtMost: .seconds(20))
            #expect(results.map(\.outcome) == [.deleted, .deleted, .deleted])
            #expect(results.map(\.object.kind) == ["Widget", "ConfigMap", "CustomResourceDefinition"])
            #expect(try await applier.delete(objects).map(\.outcome) == [.absent, .absent, .absent])
        }
    }

    @Test("once the server is out of reach, the rest is not tried")
    func unreachable() async throws {
        let server = ScriptedTransport { request in
            switch request.path {
            case "/api": .json(DiscoveryFixture.aggregatedCore)
            case "/apis": .refusal(404, "NotFound")
            default: throw TransportError(code: .unreachable, message: "nobody listens")
            }
        }
        let pods = (0..<3).map { ManifestObject(Pod(metadata: ObjectMeta(name: "p\($0)"))) }
        let results = try await ManifestApplier(KubernetesClient(server)).apply(pods)
        #expect(results.allSatisfy { $0.refusal?.code == .unreachable })
        #expect(server.requests.count { $0.path.hasPrefix("/api/v1") } == 1)
    }
}

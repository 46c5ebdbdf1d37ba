import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@Suite("Apply sets")
struct ApplySetTests {
    private let set = ApplySet(secret: "shop", in: "default")

    private func objects(_ names: String..., more: String = "") throws -> [ManifestObject] {
        let maps = names.map { ManifestFixture.map($0) }.joined(separator: "\n---\n")
        return try Manifest.objects(in: more.isEmpty ? maps : "\(maps)\n---\n\(more)")
    }

    @Test("the id is the hash that the specification names")
    func id() {
        // printf 'shop.default.Secret.' | openssl dgst -sha256 -binary | basenc --base64url
        #expect(set.id == "applyset-deGdy9cO9XA_cS6jkZBQNNHCB9v4eVtcTMJd6JKtoOg-v1")
    }

    @Test("members that are no longer applied are pruned, others' objects never")
    func prune() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            _ = try await applier.apply(try objects("foreign"))
            let first = try await applier.apply(try objects("a", "b"), as: set)
            #expect(first.map(\.outcome) == [.created, .created])
            let member = try await cluster.client.get(ConfigMap.self, "a", in: "default")
            #expect(member.labels["applyset.kubernetes.io/part-of"] == set.id)
            let second = try await applier.apply(try objects("a"), as: set)
            #expect(second.map(\.description) == ["configmap/a unchanged", "configmap/b pruned"])
            // The cluster publishes its own certificate there, sooner or later.
            let left = try await cluster.client.list(ConfigMap.self, in: "default").items.map(\.name)
                .filter { $0 != "kube-root-ca.crt" }
            #expect(left.sorted() == ["a", "foreign"])
        }
    }

    @Test("the parent tells kinds and namespaces as kubectl writes them, and forgets those that are gone")
    func parent() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            let namespace = Namespace(metadata: ObjectMeta(name: "other"))
            _ = try await cluster.client.create(namespace)
            let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: x, namespace: other}}"
            _ = try await applier.apply(try objects("a", more: account), as: set)
            var parent = try await cluster.client.get(KubernetesSecret.self, "shop", in: "default")
            #expect(parent.labels == ["applyset.kubernetes.io/id": set.id])
            #expect(
                parent.annotations == [
                    "applyset.kubernetes.io/tooling": "clawkit/v1",
                    "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,ServiceAccount",
                    "applyset.kubernetes.io/additional-namespaces": "other",
                ])
            _ = try await applier.apply(try objects("a"), as: set)
            parent = try await cluster.client.get(KubernetesSecret.self, "shop", in: "default")
            #expect(parent.annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap")
            #expect(parent.annotations["applyset.kubernetes.io/additional-namespaces"] == "")
            #expect(try await cluster.client.find(ServiceAccount.self, "x", in: "other") == nil)
        }
    }

    @Test("interrupted at any call, the next apply leaves exactly what is wanted")
    func interrupted() async throws {
        struct Interrupted: Error {}
        for limit in 0..<20 {
            try await withEmbeddedCluster { cluster in
                let counted = Countdown(limit)
                let breaking = ModifiedAPI(cluster.client) { _ in if counted.isOver() { throw Interrupted() } }
                let before = try Manifest.objects(
                    in: ManifestFixture.joined(
                        ManifestFixture.map("a"), "{apiVersion: v1, kind: ServiceAccount, metadata: {name: old}}"))
                _ = try await ManifestApplier(cluster.client).apply(before, as: set)
                let wanted = try Manifest.objects(
                    in: ManifestFixture.joined(
                        ManifestFixture.map("a"), "{apiVersion: v1, kind: Secret, metadata: {name: new}}"))
                // What breaks is an error or a refusal; what counts is what the next one makes of it.
                _ = try? await ManifestApplier(breaking).apply(wanted, as: set)
                _ = try await ManifestApplier(cluster.client).apply(try objects("a"), as: set)
                #expect(try await cluster.client.find(ServiceAccount.self, "old", in: "default") == nil)
                #expect(try await cluster.client.find(KubernetesSecret.self, "new", in: "default") == nil)
                #expect(try await cluster.client.find(ConfigMap.self, "a", in: "default") != nil)
            }
        }
    }

    @Test("a refused object keeps everything from being pruned")
    func refused() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            _ = try await applier.apply(try objects("a", "b"), as: set)
            let bad = ManifestFixture.map("c", namespace: "none")
            let results = try await applier.apply(try objects("a", more: bad), as: set)
            #expect(results.contains { $0.refusal != nil })
            #expect(try await cluster.client.find(ConfigMap.self, "b", in: "default") != nil)
            #expect(try await applier.apply(try objects("a"), as: set).last?.outcome == .pruned)
        }
    }

    @Test("a dry run tells what it would prune and prunes nothing")
    func dryRun() async throws {
        try await withEmbeddedCluster { cluster in
            _ = try await ManifestApplier(cluster.client).apply(try objects("a", "b"), as: set)
            var options = ManifestApplier.Options()
            options.dryRun = true
            let results = try await ManifestApplier(cluster.client, options: options).apply(try objects("a"), as: set)
            #expect(results.last?.description == "configmap/b pruned (server dry run)")
            #expect(try await cluster.client.find(ConfigMap.self, "b", in: "default") != nil)
        }
    }

    @Test("a whole set goes with its parent")
    func deleteSet() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            _ = try await applier.apply(try objects("a", "b"), as: set)
            #expect(try await applier.delete(set).map(\.outcome) == [.pruned, .pruned])
            #expect(try await cluster.client.list(ConfigMap.self, in: "default").items.isEmpty)
            #expect(try await cluster.client.find(KubernetesSecret.self, "shop", in: "default") == nil)
        }
    }

    @Test("a parent that is somebody else's, no parent at all, or of a kind that may be none is refused")
    func foreignParents() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            let helm = ApplySet(secret: "shop", in: "default", tooling: "helm/v4")
            _ = try await applier.apply(try objects("a"), as: helm)
            _ = try await cluster.client.create(ConfigMap(metadata: ObjectMeta(name: "plain", namespace: "default")))
            _ = try await cluster.client.create(CustomResourceDefinition(document: ManifestFixture.definition))
            let widgets = try await applier.mapper.applySet("widgets.example.com/w", in: "default")
            let parents = [set, ApplySet(configMap: "plain", in: "default"), ApplySet(secret: "x", in: ""), widgets]
            for parent in parents {
                let objects = try objects("b")
                await #expect(throws: Finding.self) { try await applier.apply(objects, as: parent) }
            }
            #expect(try await cluster.client.find(ConfigMap.self, "b", in: "default") == nil)
        }
    }

    @Test("a custom resource is a parent where its definition allows it")
    func customParent() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            var definition = CustomResourceDefinition(document: ManifestFixture.definition)
            definition.labels["applyset.kubernetes.io/is-parent-type"] = "true"
            _ = try await applier.apply([
                ManifestObject(definition),
                try #require(
                    try Manifest.objects(
                        in:
                            """
                            apiVersion: example.com/v1
                            kind: Widget
                            metadata:
                              name: w
                              annotations:
                                applyset.kubernetes.io/tooling: clawkit/v1
                                applyset.kubernetes.io/contains-group-kinds: ''
                              labels: {applyset.kubernetes.io/id: applyset-x-v1}
                            """
                    ).first),
            ])
            let parent = try await applier.mapper.applySet("wd/w", in: "default")
            await #expect(throws: Finding.self, "its id is another's") { try await applier.apply([], as: parent) }
            _ = try await cluster.client.mergePatch(
                DynamicObject.self, of: parent.type, "w", in: "default",
                ["metadata": ["labels": ["applyset.kubernetes.io/id": .string(parent.id)]]])
            _ = try await applier.apply(try objects("a", "b"), as: parent)
            #expect(try await applier.apply(try objects("b"), as: parent).last?.outcome == .pruned)
        }
    }
}

import ClawBase
import ClawCluster
import ClawKubernetes
import Testing

@Suite("Differences of manifests")
struct ManifestDiffTests {
    @Test("a difference reads like diff -u, and nothing is written")
    func text() async throws {
        try await withEmbeddedCluster { cluster in
            let applier = ManifestApplier(cluster.client)
            _ = try await applier.apply(text: ManifestFixture.map("web", "a: '1', b: same"))
            let differences = try await applier.diff(
                Manifest.objects(
                    in: ManifestFixture.joined(
                        ManifestFixture.map("web", "a: '2', b: same"), ManifestFixture.map("new"))))
            #expect(differences.map(\.outcome) == [.changed(fields: ["data.a"]), .created])
            #expect(
                differences[0].text == """
                    --- live/default/configmap/web
                    +++ merged/default/configmap/web
                    @@ -4,5 +4,5 @@
                       name: web
                       namespace: default
                     data:
                    -  a: "1"
                    +  a: "2"
                       b: same

                    """)
            #expect(differences[1].before == nil)
            #expect(differences[1].text.contains("+  name: new\n"))
            #expect(try await cluster.client.get(ConfigMap.self, "web", in: "default").data["a"] == "1")
            let none = try await applier.diff(Manifest.objects(in: ManifestFixture.map("web", "a: '1', b: same")))
            #expect(none.map(\.text) == [""])
        }
    }

    @Test("a Secret's values are never shown, only that they differ")
    func secrets() async throws {
        try await withEmbeddedCluster { cluster in
            func secret(_ a: String) throws -> [ManifestObject] {
                try Manifest.objects(
                    in: "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: \(a), b: c2FtZQ==}}")
            }
            let applier = ManifestApplier(cluster.client)
            _ = try await applier.apply(try secret("b2xk"))
            let text = try await applier.diff(try secret("bmV3"))[0].text
            #expect(text.contains("-  a: \"*** (before)\"\n+  a: \"*** (after)\"\n   b: \"***\"\n"))
            #expect(!text.contains("b2xk") && !text.contains("bmV3") && !text.contains("c2FtZQ"))
        }
    }
}

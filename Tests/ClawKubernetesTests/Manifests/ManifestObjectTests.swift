import ClawBase
import ClawKubernetes
import Testing

@Suite("Objects of manifests")
struct ManifestObjectTests {
    @Test("documents and Lists become objects with their places")
    func objects() throws {
        let text = ManifestFixture.joined(
            ManifestFixture.map("one"),
            """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Secret, metadata: {name: two}}
            - {apiVersion: v1, kind: ConfigMapList, items: [{metadata: {name: three}}]}
            """)
        let objects = try Manifest.objects(in: text, source: "f.yaml")
        #expect(objects.map(\.reference.description) == ["configmap/one", "secret/two", "configmap/three"])
        #expect(
            objects.map(\.source) == [
                "f.yaml: document 1", "f.yaml: document 2: items[0]", "f.yaml: document 2: items[1]: items[0]",
            ])
    }

    @Test(
        "what is no object, or lacks what every object has, is refused with its place",
        arguments: [
            ("- a", "JSON array"), ("{kind: ConfigMap, metadata: {name: a}}", "no apiVersion"),
            ("{apiVersion: v1, metadata: {name: a}}", "no kind"), ("{apiVersion: v1, kind: Pod}", "no metadata.name"),
            ("{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}", "generateName"),
            ("{apiVersion: v1, kind: Pod, metadata: {name: 7}}", "no metadata.name"),
        ])
    func refused(text: String, message: String) {
        #expect {
            try Manifest.objects(in: text, source: "bad.yaml")
        } throws: { error in
            guard let finding = error as? Finding else { return false }
            return finding.code == .badConfig && finding.field == "bad.yaml" && finding.message.contains(message)
        }
    }

    @Test("folders give their manifests by name, and those below them when asked")
    func folders() throws {
        try withTemporaryDirectory { directory in
            try directory.write(ManifestFixture.map("b"), to: "b.yml")
            try directory.write(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#, to: "a.json")
            try directory.write("not a manifest", to: "README.md")
            try directory.write(ManifestFixture.map("deep"), to: "sub/c.yaml")
            #expect(try Manifest.objects(at: [directory.path]).map(\.object.name) == ["a", "b"])
            #expect(
                try Manifest.objects(at: [directory.path], recursive: true).map(\.object.name) == ["a", "b", "deep"])
            #expect(try Manifest.objects(at: ["\(directory.path)/sub/c.yaml"]).map(\.object.name) == ["deep"])
            #expect(throws: Finding.self) { try Manifest.objects(at: ["\(directory.path)/none.yaml"]) }
            try directory.write("", to: "empty/x.txt")
            #expect(throws: Finding.self) { try Manifest.objects(at: ["\(directory.path)/empty"]) }
        }
    }
}

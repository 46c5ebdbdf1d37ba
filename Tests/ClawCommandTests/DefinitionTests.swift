import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import Foundation
import Testing

@testable import claw

@Suite("Definitions on the command line")
struct DefinitionTests {
    private static func definition(_ properties: JSON) -> JSON {
        [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "kites.toys.example"],
            "spec": [
                "group": "toys.example", "scope": "Namespaced", "names": ["kind": "Kite", "plural": "kites"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": [
                                "type": "object", "properties": ["spec": ["type": "object", "properties": properties]],
                            ]
                        ],
                    ]
                ],
            ],
        ]
    }

    private let old = definition(["tails": ["type": "integer"], "colour": ["type": "string"]])
    private let wider = definition([
        "tails": ["type": "integer"], "colour": ["type": "string"], "line": ["type": "string"],
    ])
    private let narrower = definition(["tails": ["type": "integer", "maximum": 3]])

    /// The path of a file with the document.
    private func file(_ json: JSON) throws -> String {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        try Data(json.bytes()).write(to: url)
        return url.path
    }

    private let bench = Bench { _ in Answer.json([:]) }

    @Test("a change that breaks nothing ends well")
    func compatible() async throws {
        let outcome = await bench.run("crd", "diff", try file(old), try file(wider))
        #expect(outcome.status == .ok)
        #expect(outcome.out == "nothing breaks\n")
    }

    @Test("what breaks is told with its place, and refused")
    func breaking() async throws {
        let (before, after) = (try file(old), try file(narrower))
        let text = await bench.run("crd", "diff", before, after)
        #expect(text.status == .refused)
        #expect(text.out.contains("kites.toys.example: E_CRD_FIELD_REMOVED (v1 spec.colour): "))
        #expect(text.out.hasSuffix("2 breaking, 0 warnings\n"))
        #expect(text.error.contains("E_CRD_INCOMPATIBLE"))
        let json = await bench.run("crd", "diff", before, after, "--output", "json")
        #expect(json.status == .refused)
        #expect(json.json?["breaking"] == 2)
        #expect(json.json?["findings"]?.array?.map { $0["code"] } == ["E_CRD_FIELD_REMOVED", "E_CRD_LIMIT_TIGHTENED"])
    }

    @Test("the old definition is the cluster's where none is given")
    func live() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            _ = try await cluster.client.create(CustomResourceDefinition(document: old.object ?? [:]))
            var bench = bench
            bench.kubernetes = cluster.client
            #expect(await bench.run("crd", "diff", try file(narrower)).status == .refused)
            #expect(await bench.run("crd", "diff", "kites.toys.example", try file(wider)).status == .ok)
            #expect(await bench.run("crd", "diff", "nothing.toys.example", try file(wider)).status == .notFound)
            #expect(
                await bench.run("crd", "generate", "kites.toys.example").out.contains("struct Kite: CustomResource"))
        }
    }

    @Test("exit codes say what was wrong with the arguments")
    func wrong() async throws {
        #expect(await bench.run("crd", "diff").status == .usage)
        #expect(await bench.run("crd", "diff", "a.yaml", "b.yaml", "c.yaml").status == .usage)
        #expect(
            await bench.run("crd", "generate", try file(["kind": "List", "apiVersion": "v1", "items": []])).status
                == .notFound)
        var bench = bench
        bench.kubernetes = KubernetesClient(
            ScriptedTransport { _ in throw TransportError(code: .unreachable, message: "no route") })
        #expect(await bench.run("crd", "generate", "kites.toys.example").status == .unreachable)
    }

    @Test("Swift is printed for a definition in a file")
    func generate() async throws {
        let outcome = await bench.run("crd", "generate", try file(old), "--internal")
        #expect(outcome.status == .ok)
        #expect(outcome.out.contains("\nstruct Kite: CustomResource {"))
        #expect(await bench.run("crd", "generate", try file(old), "--version", "v2").status == .failed)
        #expect(await bench.run("crd", "generate", try file(old), "--all-versions").status == .ok)
        #expect(
            await bench.run("crd", "generate", try file(old), "--all-versions", "--version", "v1").status == .usage)
    }
}

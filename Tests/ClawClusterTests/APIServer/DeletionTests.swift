import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("Deleting in the embedded API server")
struct DeletionTests {
    static let definition = CustomResourceDefinition(document: [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": ["name": "gadgets.test.dev"],
        "spec": [
            "group": "test.dev", "scope": "Namespaced", "names": ["kind": "Gadget", "plural": "gadgets"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": ["openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
                ]
            ],
        ],
    ])

    private static let maps = "/api/v1/namespaces/default/configmaps"
    private static let gadgets = "/apis/test.dev/v1/namespaces/default/gadgets"

    @Test("who is being deleted takes no new finalizers; the last one gone leaves no empty list")
    func finalizers() async throws {
        try await withCluster { cluster in
            let body: JSON = ["metadata": ["name": "f", "finalizers": ["test.dev/a"]]]
            _ = try await cluster.raw(.post, Self.maps, body)
            let marked = try await cluster.raw(.delete, "\(Self.maps)/f")
            #expect(marked.json["metadata"]?["deletionTimestamp"] != nil)
            func patch(_ finalizers: JSON) async throws -> RawAnswer {
                try await cluster.raw(
                    .patch, "\(Self.maps)/f", ["metadata": ["finalizers": finalizers]], type: "application/merge-patch+json")
            }
            let refused = try await patch(["test.dev/a", "test.dev/b"])
            #expect(refused.code == 422)
            #expect(refused.message?.contains("no new finalizers can be added") == true)
            let last = try await patch([])
            #expect(last.code == 200)
            #expect(last.json["metadata"]?["finalizers"] == nil)
            #expect(try await cluster.raw(.get, "\(Self.maps)/f").code == 404)
        }
    }

    @Test("a definition goes when its objects are gone, and takes no new ones meanwhile")
    func definitions() async throws {
        try await withCluster { cluster in
            _ = try await cluster.client.create(Self.definition)
            for (name, finalizers) in [("held", ["test.dev/a"]), ("free", [])] as [(String, [String])] {
                let made = try await cluster.raw(
                    .post, Self.gadgets,
                    ["metadata": ["name": .string(name), "finalizers": .array(finalizers.map(JSON.string))]])
                #expect(made.code == 201, "\(made.text)")
            }
            try await cluster.client.delete(CustomResourceDefinition.self, "gadgets.test.dev")
            let refused = try await cluster.raw(.post, Self.gadgets, ["metadata": ["name": "late"]])
            #expect(refused.code == 405)
            try await SystemTime().withDeadline(.seconds(60), "the free one's end") {
                while try await cluster.raw(.get, "\(Self.gadgets)/free").code != 404 {
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
            // The held one holds its definition too.
            #expect(try await cluster.raw(.get, "\(Self.gadgets)/held").code == 200)
            #expect(try await cluster.client.find(CustomResourceDefinition.self, "gadgets.test.dev") != nil)
            _ = try await cluster.raw(
                .patch, "\(Self.gadgets)/held", ["metadata": ["finalizers": []]], type: "application/merge-patch+json")
            try await cluster.client.waitUntilGone(CustomResourceDefinition.self, "gadgets.test.dev")
            let gone = try await cluster.raw(.get, Self.gadgets)
            #expect(gone.code == 404)
            #expect(gone.text == "404 page not found\n")
        }
    }

    @Test("namespaces without which nothing works stay", arguments: ["default", "kube-system", "kube-public"])
    func immortal(name: String) async throws {
        try await withCluster { cluster in
            let answer = try await cluster.raw(.delete, "/api/v1/namespaces/\(name)")
            #expect(answer.code == 403)
            #expect(try await cluster.client.get(Namespace.self, name).isBeingDeleted == false)
        }
    }

    @Test(
        "options that mean nothing are refused, and nothing is deleted",
        arguments: [
            ("gracePeriodSeconds=x", 400), ("propagationPolicy=Odd", 422),
            ("propagationPolicy=Orphan&orphanDependents=true", 422),
        ])
    func options(query: String, code: Int) async throws {
        try await withCluster { cluster in
            _ = try await cluster.raw(.post, Self.maps, ["metadata": ["name": "a"]])
            #expect(try await cluster.raw(.delete, "\(Self.maps)/a?\(query)").code == code)
            #expect(try await cluster.raw(.get, "\(Self.maps)/a").code == 200)
        }
    }
}

import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Custom resources in the embedded API server")
struct CustomResourceTests {
    struct Widget: Resource {
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        static let type = ResourceType(group: "test.dev", version: "v1", kind: "Widget")
        static func named(_ name: String, _ spec: JSON) -> Widget {
            var widget = Widget(ObjectMeta(name: name, namespace: "default"))
            widget.document["spec"] = spec
            return widget
        }
    }

    private static let definition = CustomResourceDefinition(document: [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": ["name": "widgets.test.dev"],
        "spec": [
            "group": "test.dev", "scope": "Namespaced", "names": ["kind": "Widget", "plural": "widgets"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                    "additionalPrinterColumns": [["name": "Size", "type": "integer", "jsonPath": ".spec.size"]],
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": [
                                "spec": [
                                    "type": "object", "required": ["size"],
                                    "properties": [
                                        "size": ["type": "integer", "minimum": 1],
                                        "color": ["type": "string", "enum": ["red", "blue"], "default": "red"],
                                    ],
                                ],
                                "status": ["type": "object", "properties": ["phase": ["type": "string"]]],
                            ],
                        ]
                    ],
                ]
            ],
        ],
    ])

    private func withWidgets(_ body: @escaping @Sendable (KubernetesClient) async throws -> Void) async throws {
        try await withCluster { cluster in
            _ = try await cluster.client.create(Self.definition)
            try await body(cluster.client)
        }
    }

    @Test("a definition is served at once, and its status says so")
    func served() async throws {
        try await withWidgets { api in
            let widget = try await api.create(Widget.named("w", ["size": 3]))
            #expect(widget.document["spec"]?["color"] == "red")
            #expect(widget.metadata.generation == 1)
            try await api.waitFor(CustomResourceDefinition.self, "widgets.test.dev") { definition in
                definition.document["status"]?["acceptedNames"]?["plural"] == "widgets"
            }
        }
    }

    @Test(
        "what breaks the schema is refused with the field's place",
        arguments: [
            (["color": "red"], "spec.size"), (["size": 0], "spec.size"), (["size": "big"], "spec.size"),
            (["size": 1, "color": "green"], "spec.color"),
        ] as [(JSON, String)])
    func validated(_ spec: JSON, _ field: String) async throws {
        try await withWidgets { api in
            await #expect { try await api.create(Widget.named("w", spec)) } throws: {
                ($0 as? KubernetesError)?.causes.first?.field == field
            }
        }
    }

    @Test("members the schema does not specify are pruned")
    func pruned() async throws {
        try await withWidgets { api in
            let widget = try await api.create(Widget.named("w", ["size": 1, "secret": "x"]))
            #expect(widget.document["spec"]?["secret"] == nil)
        }
    }

    @Test("generation counts changes of the spec and nothing else")
    func generations() async throws {
        try await withWidgets { api in
            _ = try await api.create(Widget.named("w", ["size": 1]))
            let labelled = try await api.edit(Widget.self, "w", in: "default") { $0.labels["a"] = "b" }
            #expect(labelled.metadata.generation == 1)
            var status = labelled
            status.document["status"] = ["phase": "Fine"]
            #expect(try await api.replaceStatus(status).metadata.generation == 1)
            let grown = try await api.edit(Widget.self, "w", in: "default") { $0.document["spec"] = ["size": 2] }
            #expect(grown.metadata.generation == 2)
            #expect(grown.document["status"]?["phase"] == "Fine")
        }
    }

    @Test("the objects go with their definition")
    func removed() async throws {
        try await withWidgets { api in
            _ = try await api.create(Widget.named("w", ["size": 1]))
            try await api.delete(CustomResourceDefinition.self, "widgets.test.dev")
            try await api.waitUntilGone(CustomResourceDefinition.self, "widgets.test.dev")
            await #expect { try await api.list(Widget.self) } throws: { ($0 as? KubernetesError)?.isNotFound == true }
        }
    }
}

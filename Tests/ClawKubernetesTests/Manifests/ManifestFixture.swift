import ClawBase
import ClawCluster
import ClawKubernetes
import Logging

/// Runs `body` against an embedded cluster of its own, with its controllers.
func withEmbeddedCluster(_ body: @escaping @Sendable (EmbeddedCluster) async throws -> Void) async throws {
    var options = EmbeddedCluster.Options()
    options.durability = .none
    options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let cluster = try await EmbeddedCluster(options)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await cluster.run() }
        group.addTask { try await body(cluster) }
        defer { group.cancelAll() }
        // Whoever ends first: the test, or a controller with an error.
        try await group.next()
    }
    try cluster.close()
}

enum ManifestFixture {
    static let definition: JSONObject = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.example.com"],
        "spec": [
            "group": "example.com", "scope": "Namespaced",
            "names": ["kind": "Widget", "plural": "widgets", "singular": "widget", "shortNames": ["wd"]],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": ["spec": ["type": "object", "properties": ["size": ["type": "integer"]]]],
                        ]
                    ],
                ]
            ],
        ],
    ]

    static func map(_ name: String, namespace: String? = nil, _ data: String = "a: '1'") -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: \(name)\(namespace.map { ", namespace: \($0)" } ?? "")}
        data: {\(data)}
        """
    }

    static func joined(_ documents: String...) -> String { documents.joined(separator: "\n---\n") }
}

extension ManifestApplier {
    func apply(text: String) async throws -> [ManifestResult] { try await apply(Manifest.objects(in: text)) }
}

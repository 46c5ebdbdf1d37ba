import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("Generations, defaults and status")
struct GenerationTests {
    private static let deployments = "/apis/apps/v1/namespaces/default/deployments"
    private static let deployment: JSON = [
        "metadata": ["name": "web"],
        "spec": [
            "selector": ["matchLabels": ["app": "web"]],
            "template": [
                "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c", "image": "web:1"]]],
            ],
        ],
    ]

    @Test("a replacement without the defaults is no change")
    func defaultsAreNoChange() async throws {
        try await withCluster { cluster in
            let made = try await cluster.raw(.post, Self.deployments, Self.deployment)
            #expect(made.code == 201, "\(made.text)")
            #expect(made.json["spec"]?["replicas"]?.integer == 1)
            #expect(made.json["spec"]?["template"]?["spec"]?["restartPolicy"] == "Always")
            let again = try await cluster.raw(.put, "\(Self.deployments)/web", Self.deployment)
            #expect(again.json["metadata"]?["generation"]?.integer == 1)
            #expect(again.json["metadata"]?["resourceVersion"] == made.json["metadata"]?["resourceVersion"])
            let changed = try await cluster.raw(
                .patch, "\(Self.deployments)/web", ["spec": ["replicas": 2]], type: "application/merge-patch+json")
            #expect(changed.json["metadata"]?["generation"]?.integer == 2)
        }
    }

    @Test("binding a pod does not count as a change of its spec")
    func binding() async throws {
        try await withCluster { cluster in
            let container = Container(name: "c", image: "x")
            let pod = try await cluster.client.create(
                Pod(metadata: ObjectMeta(name: "p", namespace: "default"), spec: PodSpec(containers: [container])))
            #expect(pod.metadata.generation == 1)
            let bound = try await cluster.raw(
                .post, "/api/v1/namespaces/default/pods/p/binding", ["target": ["kind": "Node", "name": "n"]])
            #expect(bound.code == 201)
            let found = try await cluster.client.get(Pod.self, "p", in: "default")
            #expect(found.spec?.nodeName == "n")
            #expect(found.metadata.generation == 1)
        }
    }

    @Test("what the server added stays where a writer leaves it out")
    func kept() async throws {
        try await withCluster { cluster in
            let path = "/api/v1/namespaces/default/services"
            let service: JSON = ["metadata": ["name": "s"], "spec": ["ports": [["port": 80]]]]
            let made = try await cluster.raw(.post, path, service)
            let address = try #require(made.json["spec"]?["clusterIP"]?.string)
            #expect(address.hasPrefix("10.96."))
            #expect(made.json["spec"]?["ports"]?.array?.first?["targetPort"]?.integer == 80)
            let replaced = try await cluster.raw(.put, "\(path)/s", service)
            #expect(replaced.json["spec"]?["clusterIP"]?.string == address)
        }
    }

    @Test("a status may come with labels and annotations, not with a spec")
    func status() async throws {
        try await withCluster { cluster in
            _ = try await cluster.raw(.post, Self.deployments, Self.deployment)
            let answer = try await cluster.raw(
                .patch, "\(Self.deployments)/web/status",
                ["metadata": ["annotations": ["a": "b"]], "spec": ["replicas": 9], "status": ["replicas": 3]],
                type: "application/merge-patch+json")
            #expect(answer.json["metadata"]?["annotations"]?["a"] == "b")
            #expect(answer.json["spec"]?["replicas"]?.integer == 1)
            #expect(answer.json["status"]?["replicas"]?.integer == 3)
        }
    }
}

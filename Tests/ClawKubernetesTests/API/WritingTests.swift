import ClawBase
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("Writing: names, conditions, outcomes")
struct WritingTests {
    @Test("swiftkube defect 16: an object without a name is created by its generateName")
    func generatedName() async throws {
        let transport = ScriptedTransport([.json(configMap("run-x7k2p", version: 1), status: .created)])
        let object = ConfigMap(metadata: ObjectMeta(generateName: "run-", namespace: "demo"))
        #expect(try await KubernetesClient(transport).create(object).name == "run-x7k2p")
        #expect(transport.requests[0].path == "/api/v1/namespaces/demo/configmaps")
        #expect(try await document(transport.requests[0])["metadata"] == ["generateName": "run-", "namespace": "demo"])
    }

    @Test("swiftkube defect 17: what was not set is not sent, neither as null nor as an empty value")
    func noNulls() async throws {
        let transport = ScriptedTransport([.json(["kind": "Pod"], status: .created)])
        let pod = Pod(
            metadata: ObjectMeta(name: "web", namespace: "demo"),
            spec: PodSpec(containers: [Container(name: "app", image: "nginx")]))
        _ = try await KubernetesClient(transport).create(pod)
        #expect(try await document(transport.requests[0]) == [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web", "namespace": "demo"],
            "spec": ["containers": [["name": "app", "image": "nginx"]]],
        ])
    }

    @Test("swiftkube defect 26: a deletion that finalizers hold is told from one that is done")
    func heldDeletion() async throws {
        var held = configMap("a", version: 2)
        held["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        held["metadata"]?["finalizers"] = ["example.com/cleanup"]
        var last = configMap("a", version: 3)
        last["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        last["metadata"]?["deletionGracePeriodSeconds"] = 0
        let transport = ScriptedTransport([
            .json(held), .json(["kind": "Status", "apiVersion": "v1", "status": "Success"]), .json(last),
        ])
        let api = KubernetesClient(transport)
        guard case .pending(let object) = try await api.delete(ConfigMap.self, "a", in: "demo") else {
            Issue.record("the held object does not count as pending")
            return
        }
        #expect(object.metadata.finalizers == ["example.com/cleanup"])
        #expect(try await api.delete(ConfigMap.self, "a", in: "demo").isDone)
        #expect(try await api.delete(ConfigMap.self, "a", in: "demo").isDone)
    }

    @Test("a delete can be held to one identity and one version")
    func preconditions() async throws {
        let transport = ScriptedTransport([.json(["kind": "Status"])])
        try await KubernetesClient(transport).delete(
            ConfigMap.self, "a", in: "demo", uid: "u", resourceVersion: "7")
        #expect(try await document(transport.requests[0])["preconditions"] == ["uid": "u", "resourceVersion": "7"])
    }

    @Test("deleteCollection takes a selection and returns what the server accepted")
    func collection() async throws {
        let transport = ScriptedTransport([.json(list([configMap("a", version: 1)], version: 2))])
        let deleted = try await KubernetesClient(transport).deleteCollection(
            ConfigMap.self, in: "demo", matching: Selection(.equal("app", "web")), propagation: .orphan)
        #expect(deleted.map(\.name) == ["a"])
        let request = transport.requests[0]
        #expect(request.method == .delete && request.path == "/api/v1/namespaces/demo/configmaps")
        #expect(request.query["labelSelector"] == "app=web")
        #expect(try await document(request)["propagationPolicy"] == "Orphan")
    }

    @Test("getOrCreate reads first, and reads again where somebody else created it meanwhile")
    func getOrCreate() async throws {
        let object = ConfigMap(metadata: ObjectMeta(name: "a", namespace: "demo"))
        let transport = ScriptedTransport([
            .json(configMap("a", version: 1)), .refusal(404, "NotFound"), .json(configMap("a", version: 2), status: .created),
            .refusal(404, "NotFound"), .refusal(409, "AlreadyExists"), .json(configMap("a", version: 3)),
        ])
        let api = KubernetesClient(transport)
        #expect(try await api.getOrCreate(object).wasCreated == false)
        #expect(try await api.getOrCreate(object).wasCreated)
        let third = try await api.getOrCreate(object)
        #expect(third.wasCreated == false && third.object.resourceVersion == "3")
    }
}

@Suite("Answers of the wrong types")
struct TypeCheckTests {
    private let pods: JSON = [
        "metadata": ["resourceVersion": "1"],
        "items": [
            ["metadata": ["name": "a"]], ["metadata": ["name": "b"], "spec": ["containers": nil]],
            ["spec": ["containers": [["name": "app", "ports": [["containerPort": "80"]]]]]],
        ],
    ]

    @Test("are an error that names the place, what was expected and what was found")
    func place() async throws {
        let api = KubernetesClient(ScriptedTransport([.json(pods)]))
        let error = try await #require(throws: SchemaMismatch.self) { try await api.list(Pod.self) }
        #expect("\(error)" == "items[2].spec.containers[0].ports[0].containerPort: expected integer, found string")
    }

    @Test("one object is checked like the items of a list", arguments: [
        (["metadata": ["labels": ["a": 1]]], "metadata.labels.a: expected string, found integer"),
        (["metadata": []], "metadata: expected object, found array"),
        (["spec": ["containers": [["resources": ["limits": ["cpu": true]]]]]],
            "spec.containers[0].resources.limits.cpu: expected quantity, found boolean"),
        (["spec": ["hostNetwork": "yes"]], "spec.hostNetwork: expected boolean, found string"),
        (["status": ["podIPs": [[]]]], "status.podIPs[0]: expected object, found array"),
    ] as [(JSON, String)])
    func objects(_ answer: JSON, _ text: String) async throws {
        let api = KubernetesClient(ScriptedTransport([.json(answer)]))
        let error = try await #require(throws: SchemaMismatch.self) { try await api.get(Pod.self, "a", in: "demo") }
        #expect("\(error)" == text)
    }

    @Test("null, unknown members, numbers as quantities and whole doubles are no mistakes")
    func tolerated() async throws {
        let answer: JSON = [
            "metadata": ["name": "a", "labels": nil, "managedFields": [["fieldsV1": ["f:x": 1]]]], "novel": [1, "x"],
            "spec": [
                "containers": [["resources": ["limits": ["cpu": 2, "memory": 1.5]], "ports": [["containerPort": 80.0]]]],
                "terminationGracePeriodSeconds": 30,
            ],
        ]
        let api = KubernetesClient(ScriptedTransport([.json(answer)]))
        #expect(try await api.get(Pod.self, "a", in: "demo").spec?.containers[0].ports[0].containerPort == 80)
    }

    @Test("the check can be left out")
    func unchecked() async throws {
        let api = KubernetesClient(ScriptedTransport([.json(pods)]), reading: .init(checksTypes: false))
        #expect(try await api.list(Pod.self).items.count == 3)
    }

    @Test("hostile nesting is an error, not a crash")
    func nesting() async throws {
        let text = String(repeating: #"{"a":"#, count: 100_000)
        let api = KubernetesClient(ScriptedTransport([Response(status: .ok, body: .string(text))]))
        await #expect(throws: (any Error).self) { try await api.get(Pod.self, "a", in: "demo") }
    }
}

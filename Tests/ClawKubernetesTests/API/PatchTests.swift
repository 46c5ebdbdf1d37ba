import ClawBase
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("Patches")
struct PatchTests {
    private func sent(_ patch: Patch) async throws -> (type: String?, body: JSON) {
        let transport = ScriptedTransport([.json(configMap("a", version: 2))])
        _ = try await KubernetesClient(transport).patch(ConfigMap.self, "a", in: "demo", patch)
        let request = try #require(transport.requests.first)
        #expect(request.method == .patch)
        return (request.headers[.contentType], try await document(request))
    }

    @Test("a JSON patch is a list of operations under its own media type")
    func json() async throws {
        let (type, body) = try await sent(.json([
            .replace("/spec/replicas", 3), .remove("/metadata/labels/old"),
            .add(["metadata", "annotations", "example.com/a~b"], "x"), .move("/a", to: "/b"), .copy("/a", to: "/c"),
            .test("/d", nil),
        ]))
        #expect(type == "application/json-patch+json")
        #expect(body == [
            ["op": "replace", "path": "/spec/replicas", "value": 3], ["op": "remove", "path": "/metadata/labels/old"],
            ["op": "add", "path": "/metadata/annotations/example.com~1a~0b", "value": "x"],
            ["op": "move", "from": "/a", "path": "/b"], ["op": "copy", "from": "/a", "path": "/c"],
            ["op": "test", "path": "/d", "value": nil],
        ])
    }

    @Test("merge and strategic patches travel under theirs")
    func others() async throws {
        #expect(try await sent(.merge(["data": ["k": nil]])).type == "application/merge-patch+json")
        #expect(try await sent(.strategic(["spec": [:]])).type == "application/strategic-merge-patch+json")
    }

    @Test("a patch can be held to one object in one version")
    func conditions() async throws {
        #expect(try await sent(.json([.remove("/data")]).onlyIf(uid: "u", resourceVersion: "7")).body == [
            ["op": "test", "path": "/metadata/uid", "value": "u"],
            ["op": "test", "path": "/metadata/resourceVersion", "value": "7"], ["op": "remove", "path": "/data"],
        ])
        #expect(try await sent(.merge(["metadata": ["labels": ["a": "b"]]]).onlyIf(resourceVersion: "7")).body == [
            "metadata": ["labels": ["a": "b"], "resourceVersion": "7"]
        ])
    }
}

@Suite("Server-side apply")
struct ApplyTests {
    private let wanted = ConfigMap(metadata: ObjectMeta(name: "a", namespace: "demo"), data: ["k": "new"])

    @Test("a conflict names each field and its owner")
    func conflicts() async throws {
        let transport = ScriptedTransport([
            .json(
                [
                    "kind": "Status", "code": 409, "reason": "Conflict", "message": "Apply failed with 2 conflicts",
                    "details": [
                        "causes": [
                            ["reason": "FieldManagerConflict", "field": ".data.k", "message": "conflict with \"kubectl \\\"x\\\"\" using v1"],
                            ["reason": "FieldManagerConflict", "field": ".data.l", "message": "conflict with \"hpa\" with subresource \"scale\""],
                        ]
                    ],
                ], status: .conflict)
        ])
        let error = try await #require(throws: KubernetesError.self) {
            try await KubernetesClient(transport).apply(wanted, manager: "test")
        }
        #expect(error.applyConflicts == [
            ApplyConflict(field: ".data.k", manager: "kubectl \"x\""), ApplyConflict(field: ".data.l", manager: "hpa"),
        ])
        #expect(KubernetesError(code: 409, reason: "Conflict", message: "modified").applyConflicts.isEmpty)
    }

    @Test("tells created, changed with the fields, and unchanged")
    func outcome() async throws {
        let before = configMap("a", version: 1, data: ["k": "old", "gone": "x"])
        let after = configMap("a", version: 2, data: ["k": "new", "more": "y"])
        let same = configMap("a", version: 3, data: ["k": "new", "more": "y"])
        let transport = ScriptedTransport([
            .refusal(404, "NotFound"), .json(after, status: .created), .json(before), .json(after), .json(after),
            .json(same),
        ])
        let api = KubernetesClient(transport).fieldManager("test")
        #expect(try await api.applyReportingChanges(wanted).change == .created)
        guard case .changed(let fields) = try await api.applyReportingChanges(wanted).change else {
            Issue.record("not changed")
            return
        }
        #expect(Set(fields) == ["data.k", "data.more", "data.gone"])
        let last = try await api.applyReportingChanges(wanted)
        #expect(last.change == .unchanged && last.object.resourceVersion == "3")
        #expect(transport.requests.filter { $0.method == .patch }.allSatisfy { $0.query["fieldManager"] == "test" })
    }
}

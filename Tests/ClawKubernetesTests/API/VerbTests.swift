import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("Verbs")
struct VerbTests {
    private func api(_ responses: Response...) -> (KubernetesClient, ScriptedTransport) {
        let transport = ScriptedTransport(responses)
        return (KubernetesClient(transport, userAgent: "test"), transport)
    }

    private let object = ConfigMap(
        metadata: ObjectMeta(name: "a", namespace: "demo", resourceVersion: "7"), data: ["k": "v"])

    @Test("get asks for one object as JSON, under the client's name")
    func get() async throws {
        let (api, transport) = api(.json(configMap("a", version: 7)))
        let found = try await api.get(ConfigMap.self, "a", in: "demo")
        #expect(found.name == "a" && found.resourceVersion == "7")
        let request = try #require(transport.requests.first)
        #expect(request.method == .get && request.path == "/api/v1/namespaces/demo/configmaps/a")
        #expect(request.headers[.accept] == "application/json")
        #expect(request.headers[.userAgent] == "test")
        #expect(request.headers[.contentType] == nil)
    }

    @Test("find tells an absent object from a refusal")
    func find() async throws {
        let (api, _) = api(.refusal(404, "NotFound"), .refusal(403, "Forbidden"), .json(configMap("a", version: 7)))
        #expect(try await api.find(ConfigMap.self, "a", in: "demo") == nil)
        await #expect(throws: KubernetesError.self) { try await api.find(ConfigMap.self, "a", in: "demo") }
        #expect(try await api.find(ConfigMap.self, "a", in: "demo")?.name == "a")
    }

    @Test("a list's items say what they are, though servers leave that out")
    func listedKinds() async throws {
        var bare = configMap("a", version: 1)
        bare["kind"] = nil
        bare["apiVersion"] = nil
        let (api, _) = api(.json(list([bare, configMap("b", version: 2)], version: 3)))
        let found = try await api.list(ConfigMap.self, in: "demo")
        #expect(found.resourceVersion == "3")
        #expect(found.items.map(\.kind) == ["ConfigMap", "ConfigMap"])
        #expect(found.items.map(\.apiVersion) == ["v1", "v1"])
        #expect(JSON.object(found.items[0].document) == configMap("a", version: 1))
    }

    @Test("a list without items is empty")
    func emptyList() async throws {
        let (api, _) = api(.json(["kind": "List", "items": nil]), .json([:]))
        #expect(try await api.list(ConfigMap.self).items.isEmpty)
        #expect(try await api.list(ConfigMap.self).items.isEmpty)
    }

    @Test("create posts to the collection of the object's own namespace")
    func create() async throws {
        let (api, transport) = api(.json(configMap("a", version: 8), status: .created))
        #expect(try await api.create(object).resourceVersion == "8")
        let request = try #require(transport.requests.first)
        #expect(request.method == .post && request.path == "/api/v1/namespaces/demo/configmaps")
        #expect(request.headers[.contentType] == "application/json")
        #expect(try await document(request) == .object(object.document))
    }

    @Test("replace puts the object with its version, replaceStatus only the status")
    func replace() async throws {
        let (api, transport) = api(.json(configMap("a", version: 8)), .json(configMap("a", version: 9)))
        _ = try await api.replace(object)
        _ = try await api.replaceStatus(object)
        let requests = transport.requests
        #expect(requests.map(\.method) == [.put, .put])
        #expect(
            requests.map(\.path) == [
                "/api/v1/namespaces/demo/configmaps/a", "/api/v1/namespaces/demo/configmaps/a/status",
            ])
        #expect(try await document(requests[0])["metadata"]?["resourceVersion"] == "7")
    }

    @Test("apply sends what is wanted and nothing that only servers write")
    func apply() async throws {
        let (api, transport) = api(.json(configMap("a", version: 8)), .json(configMap("a", version: 8)))
        var object = object
        object.document["kind"] = nil
        object.document.modify(.metadata) { $0?["managedFields"] = [["manager": "x"]] }
        _ = try await api.apply(object, manager: "the test", force: true)
        _ = try await api.apply(object, manager: "m", subresource: "status")
        let requests = transport.requests
        #expect(requests[0].method == .patch)
        #expect(requests[0].headers[.contentType] == "application/apply-patch+yaml")
        #expect(requests[0].query["fieldManager"] == "the test")
        #expect(requests[0].query["force"] == "true" && requests[1].query["force"] == "false")
        #expect(requests[1].path == "/api/v1/namespaces/demo/configmaps/a/status")
        let sent = try await document(requests[0])
        #expect(sent["kind"] == "ConfigMap")
        #expect(sent["metadata"] == ["name": "a", "namespace": "demo"])
        #expect(object.resourceVersion == "7")
    }

    @Test("a merge patch travels under its own media type")
    func mergePatch() async throws {
        let (api, transport) = api(.json(configMap("a", version: 8)))
        _ = try await api.mergePatch(ConfigMap.self, "a", in: "demo", subresource: "status", ["data": ["k": nil]])
        let request = try #require(transport.requests.first)
        #expect(request.headers[.contentType] == "application/merge-patch+json")
        #expect(request.path.hasSuffix("/configmaps/a/status"))
        #expect(try await document(request) == ["data": ["k": nil]])
    }

    @Test("delete sends only the options that were given")
    func delete() async throws {
        let (api, transport) = api(.json(["kind": "Status"]), .json(["kind": "Status"]))
        try await api.delete(ConfigMap.self, "a", in: "demo")
        try await api.delete(
            ConfigMap.self, "a", in: "demo", propagation: .foreground, gracePeriodSeconds: 0, uid: "u-1")
        let requests = transport.requests
        #expect(requests.map(\.method) == [.delete, .delete])
        #expect(try await document(requests[0]) == ["apiVersion": "v1", "kind": "DeleteOptions"])
        #expect(
            try await document(requests[1]) == [
                "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground", "gracePeriodSeconds": 0,
                "preconditions": ["uid": "u-1"],
            ])
    }

    @Test("deleteIfPresent says whether there was anything to delete")
    func deleteIfPresent() async throws {
        let (api, _) = api(.refusal(404, "NotFound"), .json(["kind": "Status"]), .refusal(409, "Conflict"))
        #expect(try await api.deleteIfPresent(ConfigMap.self, "a", in: "demo") == false)
        #expect(try await api.deleteIfPresent(ConfigMap.self, "a", in: "demo"))
        await #expect(throws: KubernetesError.self) { try await api.deleteIfPresent(ConfigMap.self, "a", in: "demo") }
    }
}

@Suite("Edit: read, change, write back")
struct EditTests {
    @Test("a conflict is met by reading anew")
    func retries() async throws {
        let transport = ScriptedTransport([
            .json(configMap("a", version: 1, data: ["n": "1"])), .refusal(409, "Conflict"),
            .json(configMap("a", version: 2, data: ["n": "2"])), .json(configMap("a", version: 3)),
        ])
        let edited = try await KubernetesClient(transport).edit(ConfigMap.self, "a", in: "demo") { map in
            map.data["n"] = "\((Int(map.data["n"] ?? "") ?? 0) + 10)"
        }
        #expect(edited.resourceVersion == "3")
        #expect(transport.requests.map(\.method) == [.get, .put, .get, .put])
        let written = try await document(transport.requests.last)
        #expect(written["data"]?["n"] == "12")
        #expect(written["metadata"]?["resourceVersion"] == "2")
    }

    @Test("after ten conflicts the conflict is the answer")
    func givesUp() async throws {
        let transport = ScriptedTransport { request in
            request.method == .get ? .json(configMap("a", version: 1)) : .refusal(409, "Conflict")
        }
        let api = KubernetesClient(transport)
        await #expect { try await api.edit(ConfigMap.self, "a", in: "demo") { $0.data["k"] = "v" } } throws: {
            ($0 as? KubernetesError)?.isConflict == true
        }
        #expect(transport.requests.count { $0.method == .put } == 10)
    }

    @Test("nothing is written where nothing changed")
    func unchanged() async throws {
        let transport = ScriptedTransport([.json(configMap("a", version: 1, data: ["k": "v"]))])
        _ = try await KubernetesClient(transport).edit(ConfigMap.self, "a", in: "demo") { $0.data["k"] = "v" }
        #expect(transport.requests.map(\.method) == [.get])
    }

    @Test("another refusal, or an error of the change itself, ends it at once")
    func otherErrors() async throws {
        struct Mine: Error {}
        let transport = ScriptedTransport { request in
            request.method == .get ? .json(configMap("a", version: 1)) : .refusal(422, "Invalid")
        }
        let api = KubernetesClient(transport)
        await #expect(throws: KubernetesError.self) {
            try await api.edit(ConfigMap.self, "a", in: "demo") { $0.data["k"] = "v" }
        }
        await #expect(throws: Mine.self) { try await api.edit(ConfigMap.self, "a", in: "demo") { _ in throw Mine() } }
        #expect(transport.requests.map(\.method) == [.get, .put, .get])
    }
}

import ClawBase
import ClawKubernetes
import HTTPTypes
import Synchronization
import Testing

@Suite("Clients that wrap clients")
struct ModifiedAPITests {
    private let object = ConfigMap(metadata: ObjectMeta(name: "a", namespace: "demo"))

    private func api(_ count: Int = 8) -> (KubernetesClient, ScriptedTransport) {
        let transport = ScriptedTransport { _ in .json(configMap("a", version: 1)) }
        return (KubernetesClient(transport), transport)
    }

    @Test("dryRun marks every write and no read, deletes in their body too, for that is all a server then reads")
    func dryRun() async throws {
        let (client, transport) = api()
        let api = client.dryRun
        _ = try await api.get(ConfigMap.self, "a", in: "demo")
        _ = try await api.create(object)
        _ = try await api.replace(object)
        _ = try await api.mergePatch(ConfigMap.self, "a", in: "demo", ["data": [:]])
        try await api.delete(ConfigMap.self, "a", in: "demo")
        let requests = transport.requests
        #expect(requests.map { $0.query["dryRun"] } == [nil, "All", "All", "All", "All"])
        #expect(try await document(requests[4])["dryRun"] == ["All"])
        await #expect(throws: Finding.self) {
            try await api.document(
                for: APIRequest(.post, Pod.type, namespace: "demo", name: "a", subresource: "exec"))
        }
    }

    @Test("fieldManager and fieldValidation mark what stores fields; a manager named in the call wins")
    func managers() async throws {
        let (client, transport) = api()
        let api = client.fieldManager("ours").fieldValidation(.strict)
        _ = try await api.create(object)
        _ = try await api.apply(object, manager: "theirs")
        try await api.delete(ConfigMap.self, "a", in: "demo")
        _ = try await api.find(ConfigMap.self, "a", in: "demo")
        #expect(transport.requests.map { $0.query["fieldManager"] } == ["ours", "theirs", nil, nil])
        #expect(transport.requests.map { $0.query["fieldValidation"] } == ["Strict", "Strict", nil, nil])
    }

    @Test("namespaced fills in the namespace, refuses another, and lets cluster-wide kinds through")
    func namespaced() async throws {
        let (client, transport) = api()
        let api = client.namespaced("demo")
        _ = try await api.get(ConfigMap.self, "a")
        _ = try await api.list(ConfigMap.self)
        _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: "a")))
        _ = try await api.get(Namespace.self, "other")
        #expect(transport.requests.map(\.path) == [
            "/api/v1/namespaces/demo/configmaps/a", "/api/v1/namespaces/demo/configmaps",
            "/api/v1/namespaces/demo/configmaps", "/api/v1/namespaces/other",
        ])
        await #expect(throws: Finding.self) { try await api.get(ConfigMap.self, "a", in: "other") }
        #expect(transport.requests.count == 4)
    }

    @Test("impersonating adds user, groups, uid and extras as headers")
    func impersonation() async throws {
        let (client, transport) = api()
        let api = client.impersonating(
            user: "ada", groups: ["dev", "ops"], uid: "7", extra: ["example.com/team": ["red"]])
        _ = try await api.get(ConfigMap.self, "a", in: "demo")
        let headers = transport.requests[0].headers
        func values(_ name: String) throws -> [String] { headers[values: try #require(HTTPField.Name(name))] }
        #expect(try values("Impersonate-User") == ["ada"])
        #expect(try values("Impersonate-Group") == ["dev", "ops"])
        #expect(try values("Impersonate-Uid") == ["7"])
        #expect(try values("Impersonate-Extra-example.com%2Fteam") == ["red"])
        await #expect(throws: Finding.self) {
            try await client.impersonating(user: "ada\r\nX: y").get(ConfigMap.self, "a", in: "demo")
        }
    }

    @Test("warnings reach whoever asked for them, unquoted")
    func warnings() async throws {
        let name = try #require(HTTPField.Name("Warning"))
        let transport = ScriptedTransport { _ in
            var response = Response.json(configMap("a", version: 1))
            response.headers.append(HTTPField(name: name, value: #"299 - "unknown field \"spec.x\"""#))
            response.headers.append(HTTPField(name: name, value: #"299 - "one", 299 - "two", 199 - "not for us""#))
            return response
        }
        let heard = Mutex<[String]>([])
        let api = KubernetesClient(transport).onWarning { warning in heard.withLock { $0.append(warning.text) } }
        _ = try await api.create(object)
        #expect(heard.withLock { $0 } == [#"unknown field "spec.x""#, "one", "two"])
    }

    @Test("wrappers compose in any order, around any API")
    func composed() async throws {
        let (client, transport) = api()
        let api: any KubernetesAPI = client.dryRun.namespaced("demo").fieldManager("m")
        _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: "a")))
        let request = transport.requests[0]
        #expect(request.path == "/api/v1/namespaces/demo/configmaps")
        #expect(request.query["dryRun"] == "All" && request.query["fieldManager"] == "m")
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("Paths and queries of requests")
struct RequestPathTests {
    @Test("the core group stands under /api, every other under /apis")
    func groups() {
        #expect(Pod.type.path(namespace: "demo") == "/api/v1/namespaces/demo/pods")
        #expect(Deployment.type.path(namespace: "demo", name: "web") == "/apis/apps/v1/namespaces/demo/deployments/web")
        #expect(Pod.type.path(namespace: nil) == "/api/v1/pods")
        #expect(Pod.type.path(namespace: "") == "/api/v1/pods")
    }

    @Test("a kind of the whole cluster has no namespace in its path, even if one is named")
    func clusterScoped() {
        #expect(Namespace.type.path(namespace: "demo", name: "x") == "/api/v1/namespaces/x")
        #expect(ClusterRole.type.path(namespace: nil) == "/apis/rbac.authorization.k8s.io/v1/clusterroles")
    }

    @Test("a subresource stands behind the name")
    func subresource() {
        #expect(
            Pod.type.path(namespace: "demo", name: "web", subresource: "log") == "/api/v1/namespaces/demo/pods/web/log")
    }

    @Test("names are percent-encoded, but for the colons that role names have")
    func escaping() {
        #expect(
            ClusterRole.type.path(namespace: nil, name: "system:node")
                == "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node")
        #expect(Pod.type.path(namespace: "a b", name: "ü?#") == "/api/v1/namespaces/a%20b/pods/%C3%BC%3F%23")
    }

    @Test(
        "a name that would change the path's meaning never reaches the server",
        arguments: ["", ".", "..", "a/b", "../../nodes", "%2e%2e", "a%2Fb"])
    func hostileNames(name: String) async {
        let transport = ScriptedTransport([])
        let api = KubernetesClient(transport)
        func expectRefused(_ body: () async throws -> Void) async {
            await #expect { try await body() } throws: { ($0 as? Finding)?.code == .badName }
        }
        await expectRefused { _ = try await api.get(ConfigMap.self, name, in: "demo") }
        await expectRefused { _ = try await api.find(ConfigMap.self, name, in: "demo") }
        await expectRefused { try await api.delete(ConfigMap.self, name, in: "demo") }
        await expectRefused { _ = try await api.mergePatch(ConfigMap.self, name, in: "demo", [:]) }
        let object = ConfigMap(metadata: ObjectMeta(name: name, namespace: "demo"))
        await expectRefused { _ = try await api.replace(object) }
        await expectRefused { _ = try await api.replaceStatus(object) }
        await expectRefused { _ = try await api.apply(object, manager: "test") }
        if !name.isEmpty {
            await expectRefused { _ = try await api.list(ConfigMap.self, in: name) }
            await expectRefused {
                _ = try await api.create(ConfigMap(metadata: ObjectMeta(name: "a", namespace: name)))
            }
        }
        #expect(transport.requests.isEmpty)
    }

    @Test("selectors travel as percent-encoded queries")
    func selectors() async throws {
        let transport = ScriptedTransport([.json(list([], version: 1)), .json(list([], version: 1))])
        let api = KubernetesClient(transport)
        let selection = Selection(
            labels: ["b": "2", "a": "1"], labelSelector: "tier in (x,y)", fieldSelector: "metadata.name!=z")
        _ = try await api.list(ConfigMap.self, in: "demo", matching: selection)
        _ = try await api.list(ConfigMap.self, in: "demo", labels: ["app": "web"])
        let requests = transport.requests
        #expect(requests[0].query["labelSelector"] == "a=1,b=2,tier in (x,y)")
        #expect(requests[0].query["fieldSelector"] == "metadata.name!=z")
        #expect(requests[0].head.path?.contains(" ") == false)
        #expect(requests[1].head.path == "/api/v1/namespaces/demo/configmaps?labelSelector=app%3Dweb")
    }
}

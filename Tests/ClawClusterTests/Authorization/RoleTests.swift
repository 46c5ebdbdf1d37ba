import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("What roles allow")
struct RoleTests {
    private static let pods = "/api/v1/namespaces/default/pods"
    private static let maps = "/api/v1/namespaces/default/configmaps"

    @Test("nothing is allowed that no role allows, and the refusal says what was tried")
    func refusals() async throws {
        try await ServedCluster.run { served in
            let cases: [(HTTPRequest.Method, String, String)] = [
                (
                    .get, Self.pods,
                    "pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""
                ),
                (
                    .get, "\(Self.pods)/x",
                    "pods \"x\" is forbidden: User \"bob\" cannot get resource \"pods\" in API group \"\" in the namespace \"default\""
                ),
                (
                    .get, "\(Self.pods)?watch=1",
                    "pods is forbidden: User \"bob\" cannot watch resource \"pods\" in API group \"\" in the namespace \"default\""
                ),
                (
                    .get, "\(Self.pods)?fieldSelector=metadata.name%3Dx",
                    "pods \"x\" is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""
                ),
                (
                    .delete, Self.pods,
                    "pods is forbidden: User \"bob\" cannot deletecollection resource \"pods\" in API group \"\" in the namespace \"default\""
                ),
                (
                    .get, "\(Self.pods)/x/log",
                    "pods \"x\" is forbidden: User \"bob\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"default\""
                ),
                (
                    .get, "/api/v1/namespaces/demo",
                    "namespaces \"demo\" is forbidden: User \"bob\" cannot get resource \"namespaces\" in API group \"\" in the namespace \"demo\""
                ),
                (
                    .delete, "/apis/apps/v1/namespaces/default/deployments/d",
                    "deployments.apps \"d\" is forbidden: User \"bob\" cannot delete resource \"deployments\" in API group \"apps\" in the namespace \"default\""
                ),
                (
                    .get, "/api/v1/nodes",
                    "nodes is forbidden: User \"bob\" cannot list resource \"nodes\" in API group \"\" at the cluster scope"
                ),
                (
                    .get, "/api/v1/nosuchthings",
                    "nosuchthings is forbidden: User \"bob\" cannot list resource \"nosuchthings\" in API group \"\" at the cluster scope"
                ),
                (.get, "/metrics", "forbidden: User \"bob\" cannot get path \"/metrics\""),
            ]
            for (method, path, message) in cases {
                let answer = try await served.call(method, path, as: "bob")
                #expect(answer.code == 403)
                #expect(answer.message == message)
            }
        }
    }

    @Test("a role allows its verbs on its resources in its namespace, to users, groups and service accounts")
    func namespacedRole() async throws {
        try await ServedCluster.run { served in
            try await served.role("reader", [ServedCluster.rule(["get", "list"], ["pods", "pods/log"])])
            try await served.bind("Role/reader", to: "User/ann")
            try await served.bind("Role/reader", to: "Group/crew")
            try await served.bind("Role/reader", to: "ServiceAccount/bot")
            #expect(try await served.call(.get, Self.pods, as: "ann").code == 200)
            #expect(try await served.call(.get, Self.pods, as: "eve", groups: ["crew"]).code == 200)
            #expect(try await served.call(.get, Self.pods, as: "system:serviceaccount:default:bot").code == 200)
            #expect(try await served.call(.get, "\(Self.pods)/x/log", as: "ann").code == 404)
            #expect(try await served.call(.get, "\(Self.pods)/x/status", as: "ann").code == 403)
            #expect(try await served.call(.delete, "\(Self.pods)/x", as: "ann").code == 403)
            #expect(try await served.call(.get, "/api/v1/namespaces/kube-system/pods", as: "ann").code == 403)
            #expect(try await served.call(.get, "/api/v1/pods", as: "ann").code == 403)
        }
    }

    @Test("a rule with names allows those objects only, and no lists but of one of them")
    func names() async throws {
        try await ServedCluster.run { served in
            try await served.role("one", [ServedCluster.rule(["get", "list"], ["configmaps"], names: ["only"])])
            try await served.bind("Role/one", to: "User/ann")
            #expect(try await served.call(.get, "\(Self.maps)/only", as: "ann").code == 404)
            #expect(try await served.call(.get, "\(Self.maps)/other", as: "ann").code == 403)
            #expect(try await served.call(.get, Self.maps, as: "ann").code == 403)
            #expect(
                try await served.call(.get, "\(Self.maps)?fieldSelector=metadata.name%3Donly", as: "ann").code == 200)
        }
    }

    @Test("a cluster role counts everywhere when bound in the cluster, in one namespace when bound there")
    func clusterRoles() async throws {
        try await ServedCluster.run { served in
            try await served.bind("ClusterRole/view", to: "User/ann", in: nil)
            try await served.bind("ClusterRole/edit", to: "User/cat")
            #expect(try await served.call(.get, "/api/v1/pods", as: "ann").code == 200)
            #expect(try await served.call(.get, "/api/v1/secrets", as: "ann").code == 403)
            #expect(try await served.call(.post, Self.maps, ["metadata": ["name": "m"]], as: "ann").code == 403)
            #expect(try await served.call(.post, Self.maps, ["metadata": ["name": "m"]], as: "cat").code == 201)
            #expect(try await served.call(.get, "/api/v1/namespaces/default/secrets", as: "cat").code == 200)
            #expect(try await served.call(.get, "/api/v1/namespaces/kube-system/configmaps", as: "cat").code == 403)
        }
    }

    @Test("who applies what is not there needs the right to create it, besides that to patch")
    func applying() async throws {
        try await ServedCluster.run { served in
            try await served.role("patcher", [ServedCluster.rule(["patch"], ["configmaps"])])
            try await served.bind("Role/patcher", to: "User/ann")
            func apply() async throws -> RawAnswer {
                try await served.call(
                    .patch, "\(Self.maps)/m?fieldManager=t",
                    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m"], "data": ["a": "b"]], as: "ann",
                    type: "application/apply-patch+yaml")
            }
            let refused = try await apply()
            #expect(
                refused.message
                    == "configmaps \"m\" is forbidden: User \"ann\" cannot create resource \"configmaps\" in API group \"\" "
                    + "in the namespace \"default\"")
            #expect(try await served.call(.post, Self.maps, ["metadata": ["name": "m"]]).code == 201)
            #expect(try await apply().code == 200)
        }
    }

    @Test("paths of a role may end in a star")
    func paths() async throws {
        try await ServedCluster.run { served in
            try await served.role("paths", [["nonResourceURLs": ["/logs/*"], "verbs": ["get"]]], in: nil)
            try await served.bind("ClusterRole/paths", to: "User/ann", in: nil)
            #expect(try await served.call(.get, "/logs/today", as: "ann").code == 404)
            #expect(try await served.call(.get, "/logs", as: "ann").code == 403)
        }
    }

    @Test("a change of a role or binding counts for the very next request")
    func changes() async throws {
        try await ServedCluster.run { served in
            try await served.role("reader", [ServedCluster.rule(["get"], ["pods"])])
            try await served.bind("Role/reader", to: "User/ann")
            for _ in 0..<3 {
                #expect(try await served.call(.get, Self.pods, as: "ann").code == 403)
                _ = try await served.call(
                    .patch, "\(ServedCluster.rbac)/namespaces/default/roles/reader",
                    ["rules": [ServedCluster.rule(["list"], ["pods"])]], type: "application/merge-patch+json")
                #expect(try await served.call(.get, Self.pods, as: "ann").code == 200)
                _ = try await served.call(
                    .patch, "\(ServedCluster.rbac)/namespaces/default/roles/reader",
                    ["rules": []], type: "application/merge-patch+json")
            }
            _ = try await served.call(.delete, "\(ServedCluster.rbac)/namespaces/default/roles/reader")
            let refused = try await served.call(.get, Self.pods, as: "ann")
            #expect(refused.message?.hasSuffix(": RBAC: role.rbac.authorization.k8s.io \"reader\" not found") == true)
        }
    }

    @Test("who shows nothing sees health and version; who shows a wrong token, nothing; the administrator, all")
    func anonymous() async throws {
        try await ServedCluster.run { served in
            for path in ["/healthz", "/livez", "/readyz", "/version"] {
                #expect(try await served.call(.get, path, token: "").code == 200)
            }
            let apis = try await served.call(.get, "/apis", token: "")
            #expect(apis.code == 403)
            #expect(apis.message == "forbidden: User \"system:anonymous\" cannot get path \"/apis\"")
            #expect(try await served.call(.get, "/version", token: "wrong").code == 401)
            #expect(try await served.call(.get, "/apis", as: "anybody").code == 200)
            #expect(try await served.call(.get, "/api/v1/secrets").code == 200)
        }
    }

    @Test("an aggregated role follows the roles it gathers")
    func aggregation() async throws {
        try await ServedCluster.run(isRunning: true) { served in
            let roles = "\(ServedCluster.rbac)/clusterroles"
            func part(_ name: String) -> JSON {
                [
                    "metadata": ["name": .string(name), "labels": ["part": "yes"]],
                    "rules": [ServedCluster.rule(["get"], [.string(name)])],
                ]
            }
            _ = try await served.call(
                .post, roles,
                [
                    "metadata": ["name": "all"],
                    "aggregationRule": ["clusterRoleSelectors": [["matchLabels": ["part": "yes"]]]], "rules": [],
                ])
            for name in ["one", "two"] { #expect(try await served.call(.post, roles, part(name)).code == 201) }
            try await served.api.waitFor(ClusterRole.self, "all") { $0.rules.map(\.resources) == [["one"], ["two"]] }
            _ = try await served.call(.delete, "\(roles)/one")
            try await served.api.waitFor(ClusterRole.self, "all") { $0.rules.map(\.resources) == [["two"]] }
        }
    }
}

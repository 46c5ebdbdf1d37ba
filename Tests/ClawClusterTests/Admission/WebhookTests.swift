import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization
import Testing

/// Webhooks in this process, by the path of their URL, and what they were asked.
private final class Hooks: Handler {
    typealias Answer = @Sendable (JSONObject) async throws -> JSONObject
    private let answers: [String: Answer]
    let asked = Mutex<[(path: String, request: JSONObject)]>([])

    init(_ answers: [String: Answer]) { self.answers = answers }

    var paths: [String] { asked.withLock { $0.map(\.path) } }

    func respond(to request: Request) async -> Response {
        let path = String(request.path)
        guard let answer = answers[path], let bytes = try? await request.body.collect(limit: 1 << 20),
            let review = try? JSONParser.parse(bytes).object?["request"]?.object
        else { return Response(status: .notFound) }
        asked.withLock { $0.append((path, review)) }
        guard var response = try? await answer(review) else { return Response(status: .internalServerError) }
        if response["uid"] == nil { response["uid"] = review["uid"] }
        let reply: JSON = ["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "response": .object(response)]
        return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(reply.bytes()))
    }

    static func patch(_ operations: JSON) -> JSONObject {
        ["allowed": true, "patchType": "JSONPatch", "patch": .string(Base64.encode(operations.bytes()))]
    }
}

@Suite("Admission: webhooks")
struct WebhookTests {
    private func cluster(_ hooks: Hooks) async throws -> EmbeddedCluster {
        var options = EmbeddedCluster.Options()
        options.webhookTransport = { _ in HandlerTransport(hooks) }
        return try await EmbeddedCluster(options)
    }

    private func install(
        _ kind: String, _ name: String, _ path: String, on cluster: EmbeddedCluster, _ more: JSONObject = [:],
        resources: [JSON] = ["configmaps"]
    ) async throws {
        var hook: JSONObject = [
            "name": .string("\(name).test.dev"), "clientConfig": ["url": .string("https://hooks.test\(path)")],
            "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "rules": [
                ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE", "DELETE"],
                 "resources": .array(resources)]
            ],
        ]
        for (member, value) in more { hook[member] = value }
        let made = try await cluster.raw(
            .post, "/apis/admissionregistration.k8s.io/v1/\(kind)webhookconfigurations",
            ["metadata": ["name": .string(name)], "webhooks": [.object(hook)]])
        #expect(made.code == 201, "\(made.text)")
    }

    private static let maps = Rejection.core("configmaps")
    private static func map(_ name: String, labels: JSON = [:]) -> JSON {
        ["metadata": ["name": .string(name), "labels": labels], "data": ["k": "v"]]
    }

    @Test("a mutating webhook's patch is applied, and nobody owns what it added")
    func mutation() async throws {
        let hooks = Hooks(["/add": { _ in Hooks.patch([["op": "add", "path": "/data/added", "value": "yes"]]) }])
        let cluster = try await cluster(hooks)
        try await install("mutating", "add", "/add", on: cluster)
        let made = try await cluster.raw(.post, Self.maps, Self.map("m"))
        #expect(made.json["data"] == ["k": "v", "added": "yes"])
        let owned = made.json["metadata"]?["managedFields"]?.description ?? ""
        #expect(owned.contains("f:k") && !owned.contains("f:added"))
        let request = try #require(hooks.asked.withLock { $0.first?.request })
        #expect(request["operation"] == "CREATE")
        #expect(request["resource"] == ["group": "", "version": "v1", "resource": "configmaps"])
        #expect(request["userInfo"]?["username"] == "admin")
        #expect(request["oldObject"] == .null)
        #expect(request["object"]?["kind"] == "ConfigMap")
    }

    @Test("a validating webhook sees the result and may refuse it, on update and deletion too")
    func validation() async throws {
        let hooks = Hooks([
            "/add": { _ in Hooks.patch([["op": "add", "path": "/data/added", "value": "yes"]]) },
            "/check": { review in
                let object = review["object"] == .null ? review["oldObject"] : review["object"]
                guard object?["data"]?["added"] == "yes", object?["data"]?["k"] != "bad", review["operation"] != "DELETE" else {
                    return ["allowed": false, "status": ["code": 403, "reason": "Forbidden", "message": "not so"]]
                }
                return ["allowed": true, "warnings": ["mind the gap"]]
            },
        ])
        let cluster = try await cluster(hooks)
        try await install("mutating", "add", "/add", on: cluster)
        try await install("validating", "check", "/check", on: cluster)
        let made = try await cluster.raw(.post, Self.maps, Self.map("m"))
        #expect(made.code == 201)
        let merge = "application/merge-patch+json"
        let refused = try await cluster.raw(.patch, "\(Self.maps)/m", ["data": ["k": "bad"]], type: merge)
        #expect(refused.code == 403)
        #expect(refused.message == "admission webhook \"check.test.dev\" denied the request: not so")
        let kept = try await cluster.raw(.delete, "\(Self.maps)/m")
        #expect(kept.code == 403)
    }

    @Test("webhooks are asked by name, with what others changed; who wants to is asked again")
    func order() async throws {
        let count = Hooks([
            "/a": { review in
                let count = review["object"]?["data"]?["seen"]?.string ?? ""
                return Hooks.patch([["op": "add", "path": "/data/seen", "value": .string(count + "a")]])
            },
            "/b": { review in
                let count = review["object"]?["data"]?["seen"]?.string ?? ""
                return Hooks.patch([["op": "add", "path": "/data/seen", "value": .string(count + "b")]])
            },
        ])
        let cluster = try await cluster(count)
        try await install("mutating", "b", "/b", on: cluster)
        try await install("mutating", "a", "/a", on: cluster, ["reinvocationPolicy": "IfNeeded"])
        let made = try await cluster.raw(.post, Self.maps, Self.map("m"))
        #expect(made.json["data"]?["seen"] == "aba")
    }

    @Test(
        "selectors, scopes and subresources decide who is asked",
        arguments: [
            (["objectSelector": ["matchLabels": ["team": "red"]]], ["red"]),
            (["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "other"]]], []),
            (["namespaceSelector": ["matchExpressions": [["key": "kubernetes.io/metadata.name", "operator": "Exists"]]]],
             ["blue", "red"]),
            (["matchConditions": [["name": "red", "expression": "object.metadata.labels['team'] == 'red'"]]], ["red"]),
            (["rules": [["apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"], "scope": "Cluster"]]], []),
            (["rules": [["apiGroups": ["*"], "apiVersions": ["*"], "operations": ["UPDATE"], "resources": ["*/*"]]]], []),
        ] as [(JSONObject, [String])])
    func selection(more: JSONObject, asked: [String]) async throws {
        let hooks = Hooks(["/v": { _ in ["allowed": true] }])
        let cluster = try await cluster(hooks)
        try await install("validating", "v", "/v", on: cluster, more)
        for team in ["blue", "red"] {
            let made = try await cluster.raw(.post, Self.maps, Self.map(team, labels: ["team": .string(team)]))
            #expect(made.code == 201)
        }
        #expect(hooks.asked.withLock { $0.map { $0.request["name"]?.string ?? "" } } == asked)
    }

    @Test("one that fails or gives no proper answer stops the write, or is passed over where that is wanted")
    func failure() async throws {
        let hooks = Hooks(["/broken": { _ in ["allowed": true, "uid": "another"] }])
        let cluster = try await cluster(hooks)
        try await install("validating", "gone", "/gone", on: cluster, ["failurePolicy": "Ignore"])
        let passed = try await cluster.raw(.post, Self.maps, Self.map("m"))
        #expect(passed.code == 201)
        try await install("validating", "broken", "/broken", on: cluster)
        let stopped = try await cluster.raw(.post, Self.maps, Self.map("n"))
        #expect(stopped.code == 500)
        #expect(stopped.message?.hasPrefix(
            "Internal error occurred: failed calling webhook \"broken.test.dev\": received invalid webhook response: expected response.uid=") == true)
    }

    @Test("who has no side effects in a dry run is asked, and told that it is one")
    func dryRun() async throws {
        let hooks = Hooks(["/v": { _ in ["allowed": true] }])
        let cluster = try await cluster(hooks)
        try await install("validating", "v", "/v", on: cluster, ["sideEffects": "NoneOnDryRun"])
        let tried = try await cluster.raw(.post, "\(Self.maps)?dryRun=All", Self.map("m"))
        #expect(tried.code == 201)
        #expect(hooks.asked.withLock { $0.first?.request["dryRun"] } == true)
    }

    @Test("configurations of webhooks are not subject to webhooks")
    func configurations() async throws {
        let hooks = Hooks(["/no": { _ in ["allowed": false] }])
        let cluster = try await cluster(hooks)
        let everything: JSONObject = [
            "rules": [["apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*", "*/*"]]]
        ]
        try await install("validating", "no", "/no", on: cluster, everything)
        let refused = try await cluster.raw(.post, Self.maps, Self.map("m"))
        #expect(refused.message == "admission webhook \"no.test.dev\" denied the request without explanation")
        let removed = try await cluster.raw(
            .delete, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/no")
        #expect(removed.code == 200)
    }
}

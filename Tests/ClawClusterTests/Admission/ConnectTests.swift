import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization
import Testing

@Suite("Admission: connections to pods")
struct ConnectTests {
    /// What reached the node, and what a webhook was asked.
    private final class Ears: Sendable {
        let node = Mutex<[String]>([])
        let hook = Mutex<[JSONObject]>([])
    }

    /// A cluster with a pod on a node that notes what it is asked, and answers 101.
    private func with(
        _ patch: JSON? = nil, _ body: @escaping @Sendable (EmbeddedCluster, Ears) async throws -> Void
    ) async throws {
        let ears = Ears()
        var options = EmbeddedCluster.Options()
        options.controllers = [.namespaces]
        options.webhookTransport = { _ in
            HandlerTransport(
                ClosureHandler { request in
                    let bytes = (try? await request.body.collect(limit: 1 << 20)) ?? []
                    let review = (try? JSONParser.parse(bytes))?["request"]?.object ?? [:]
                    ears.hook.withLock { $0.append(review) }
                    var response: JSONObject = ["uid": review["uid"] ?? "", "allowed": true]
                    if let patch {
                        response["patchType"] = "JSONPatch"
                        response["patch"] = .string(Base64.encode(patch.bytes()))
                    }
                    let reply: JSON = [
                        "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "response": .object(response),
                    ]
                    return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(reply.bytes()))
                })
        }
        let cluster = try await EmbeddedCluster(options)
        cluster.connect(
            node: "n",
            ClosureHandler { request in
                ears.node.withLock { $0.append(request.head.path ?? "") }
                return Response(status: .ok)
            })
        let made = try await cluster.raw(
            .post, "/api/v1/namespaces/default/pods",
            ["metadata": ["name": "web"], "spec": ["nodeName": "n", "containers": [["name": "c", "image": "x"]]]])
        #expect(made.code == 201, "\(made.text)")
        try await body(cluster, ears)
    }

    private func connect(_ cluster: EmbeddedCluster, _ what: String) async throws -> RawAnswer {
        var headers: HTTPFields = [:]
        headers[.connection] = "Upgrade"
        headers[.upgrade] = "websocket"
        return try await cluster.raw(.get, "/api/v1/namespaces/default/pods/\(what)", headers, nil)
    }

    private func install(_ kind: String, on cluster: EmbeddedCluster, _ more: JSONObject = [:]) async throws {
        var hook: JSONObject = [
            "name": "connect.test.dev", "clientConfig": ["url": "https://hooks.test/connect"],
            "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "rules": [
                ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["CONNECT"], "resources": ["pods/*"]]
            ],
        ]
        for (name, value) in more { hook[name] = value }
        let made = try await cluster.raw(
            .post, "/apis/admissionregistration.k8s.io/v1/\(kind)webhookconfigurations",
            ["metadata": ["name": "connect"], "webhooks": [.object(hook)]])
        #expect(made.code == 201, "\(made.text)")
    }

    @Test(
        "a webhook is told what a connection is opened with",
        arguments: [
            ("web/exec?command=ls&command=-l&stdout=true&tty=1&container=c", "exec",
             ["kind": "PodExecOptions", "apiVersion": "v1", "stdout": true, "tty": true, "container": "c", "command": ["ls", "-l"]]),
            ("web/attach?stdin=true&stdout=true", "attach",
             ["kind": "PodAttachOptions", "apiVersion": "v1", "stdin": true, "stdout": true]),
            ("web/portforward?ports=80,81", "portforward",
             ["kind": "PodPortForwardOptions", "apiVersion": "v1", "ports": [80, 81]]),
        ] as [(String, String, JSON)])
    func review(_ path: String, _ subresource: String, _ options: JSON) async throws {
        try await with { cluster, ears in
            try await install("validating", on: cluster)
            #expect(try await connect(cluster, path).code == 200)
            let request = try #require(ears.hook.withLock { $0.first })
            #expect(request["operation"] == "CONNECT")
            #expect(request["object"] == options)
            #expect(request["oldObject"] == .null)
            #expect(request["options"] == .null)
            #expect(request["kind"] == ["group": "", "version": "v1", "kind": options["kind"] ?? ""])
            #expect(request["resource"] == ["group": "", "version": "v1", "resource": "pods"])
            #expect(request["subResource"] == .string(subresource))
            #expect(request["name"] == "web")
            #expect(request["namespace"] == "default")
            #expect(ears.node.withLock { $0.count } == 1)
        }
    }

    @Test("a mutating webhook may change what is run")
    func mutation() async throws {
        try await with([["op": "replace", "path": "/command", "value": ["id"]]]) { cluster, ears in
            try await install("mutating", on: cluster)
            #expect(try await connect(cluster, "web/exec?command=sh&stdout=1").code == 200)
            #expect(ears.node.withLock { $0 } == ["/exec/default/web/c?command=id&output=1"])
        }
    }

    @Test("labels say nothing of a connection")
    func selectors() async throws {
        try await with { cluster, ears in
            let absent: JSON = ["matchExpressions": [["key": "a", "operator": "DoesNotExist"]]]
            try await install("validating", on: cluster, ["objectSelector": absent])
            #expect(try await connect(cluster, "web/exec?command=sh&stdout=1").code == 200)
            #expect(ears.hook.withLock { $0.isEmpty })
        }
    }

    @Test("a policy refuses a shell, before anybody looks for the pod")
    func policy() async throws {
        try await with { cluster, ears in
            let policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
            let made = try await cluster.raw(
                .post, "\(policies)ies",
                [
                    "metadata": ["name": "no-shell"],
                    "spec": [
                        "matchConstraints": [
                            "resourceRules": [
                                ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["CONNECT"], "resources": ["pods/exec"]]
                            ]
                        ],
                        "validations": [["expression": "!object.command.exists(c, c.endsWith('sh'))", "message": "no shells"]],
                    ],
                ])
            #expect(made.code == 201, "\(made.text)")
            _ = try await cluster.raw(
                .post, "\(policies)ybindings",
                ["metadata": ["name": "b"], "spec": ["policyName": "no-shell", "validationActions": ["Deny"]]])
            for pod in ["web", "nobody"] {
                let refused = try await connect(cluster, "\(pod)/exec?command=/bin/sh&stdout=1")
                #expect(refused.code == 422)
                #expect(
                    refused.message == "pods \"\(pod)\" is forbidden: ValidatingAdmissionPolicy 'no-shell' with binding 'b' "
                        + "denied request: no shells")
            }
            #expect(try await connect(cluster, "web/exec?command=ls&stdout=1").code == 200)
            #expect(ears.node.withLock { $0.count } == 1)
            #expect(try await connect(cluster, "nobody/exec?command=ls&stdout=1").code == 404)
        }
    }

    @Test("a connection cannot be tried out")
    func dryRun() async throws {
        try await with { cluster, _ in
            let refused = try await connect(cluster, "web/exec?command=ls&stdout=1&dryRun=All")
            #expect(refused.code == 400)
            #expect(refused.message == "dryRun is not supported")
        }
    }
}

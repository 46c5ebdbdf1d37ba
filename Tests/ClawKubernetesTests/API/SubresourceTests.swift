import ClawBase
import ClawKubernetes
import HTTPTypes
import Testing

@Suite("Subresources")
struct SubresourceTests {
    private func api(_ answers: JSON...) -> (KubernetesClient, ScriptedTransport) {
        let transport = ScriptedTransport(answers.map { .json($0) })
        return (KubernetesClient(transport), transport)
    }

    private let pod: JSON = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web", "namespace": "demo"]]

    @Test("scale is read, and set by a patch that nobody else's change can void")
    func scale() async throws {
        let scale: JSON = [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "spec": ["replicas": 3], "status": ["replicas": 2],
        ]
        let (api, transport) = api(scale, scale)
        #expect(try await api.scale(Deployment.self, "web", in: "demo").status?.replicas == 2)
        #expect(try await api.scale(Deployment.self, "web", in: "demo", to: 3).spec?.replicas == 3)
        let requests = transport.requests
        #expect(requests.map(\.method) == [.get, .patch])
        #expect(requests.allSatisfy { $0.path == "/apis/apps/v1/namespaces/demo/deployments/web/scale" })
        #expect(try await document(requests[1]) == ["spec": ["replicas": 3]])
    }

    @Test("status can be read, replaced, patched, applied and edited by itself")
    func status() async throws {
        let (api, transport) = api(pod, pod, pod, pod, pod, pod)
        var object = try await api.get(Pod.self, "web", in: "demo", subresource: "status")
        object.status = PodStatus(phase: "Running")
        _ = try await api.replaceStatus(object)
        _ = try await api.patch(Pod.self, "web", in: "demo", subresource: "status", .merge(["status": [:]]))
        _ = try await api.apply(object, manager: "m", subresource: "status")
        _ = try await api.edit(Pod.self, "web", in: "demo", subresource: "status") {
            $0.status = PodStatus(phase: "Failed")
        }
        let requests = transport.requests
        #expect(requests.map(\.method) == [.get, .put, .patch, .patch, .get, .put])
        #expect(requests.filter { $0.path.hasSuffix("/pods/web/status") }.count == 5)
    }

    @Test("an eviction carries its options; a disruption budget's no is told from others")
    func eviction() async throws {
        let transport = ScriptedTransport([
            .json(["kind": "Status", "apiVersion": "v1", "status": "Success"], status: .created),
            .json(
                [
                    "kind": "Status", "code": 429, "reason": "TooManyRequests",
                    "details": ["causes": [["reason": "DisruptionBudget", "message": "needs 2 healthy pods"]]],
                ], status: .tooManyRequests),
        ])
        let api = KubernetesClient(transport)
        try await api.evict("web", in: "demo", gracePeriodSeconds: 5, uid: "u")
        let request = transport.requests[0]
        #expect(request.path == "/api/v1/namespaces/demo/pods/web/eviction")
        #expect(try await document(request) == [
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "web", "namespace": "demo"],
            "deleteOptions": [
                "apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 5, "preconditions": ["uid": "u"],
            ],
        ])
        let error = try await #require(throws: KubernetesError.self) { try await api.evict("web", in: "demo") }
        #expect(error.isBlockedByBudget)
    }

    @Test("a binding names the node")
    func binding() async throws {
        let (api, transport) = api(["kind": "Status"])
        try await api.bind("web", in: "demo", toNode: "n1")
        let sent = try await document(transport.requests[0])
        #expect(transport.requests[0].path == "/api/v1/namespaces/demo/pods/web/binding")
        #expect(sent["target"] == ["apiVersion": "v1", "kind": "Node", "name": "n1"])
    }

    @Test("a service account's token is asked for with audience and lifetime, and kept secret")
    func token() async throws {
        let (api, transport) = api([
            "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
            "status": ["token": "s3cret", "expirationTimestamp": "2026-01-01T01:00:00Z"],
        ])
        let token = try await api.requestToken(
            forServiceAccount: "robot", in: "demo", audiences: ["vault"], lifetime: .seconds(3600))
        #expect(token.token.reveal() == "s3cret" && !"\(token)".contains("s3cret"))
        #expect(token.expires == Timestamp(rfc3339: "2026-01-01T01:00:00Z"))
        #expect(transport.requests[0].path == "/api/v1/namespaces/demo/serviceaccounts/robot/token")
        #expect(try await document(transport.requests[0])["spec"] == [
            "audiences": ["vault"], "expirationSeconds": 3600,
        ])
    }

    @Test("an ephemeral container and a resize are strategic patches of their own subresource")
    func containers() async throws {
        let (api, transport) = api(pod, pod)
        _ = try await api.addEphemeralContainer(
            EphemeralContainer(name: "debug", image: "busybox"), to: "web", in: "demo")
        _ = try await api.resize("web", in: "demo", container: "app", limits: ["memory": "1Gi"])
        let requests = transport.requests
        #expect(requests.map { String($0.path) } == [
            "/api/v1/namespaces/demo/pods/web/ephemeralcontainers", "/api/v1/namespaces/demo/pods/web/resize",
        ])
        #expect(requests.allSatisfy { $0.headers[.contentType] == "application/strategic-merge-patch+json" })
        #expect(try await document(requests[0]) == [
            "spec": ["ephemeralContainers": [["name": "debug", "image": "busybox"]]]
        ])
        #expect(try await document(requests[1]) == [
            "spec": ["containers": [["name": "app", "resources": ["limits": ["memory": "1Gi"]]]]]
        ])
    }

    @Test("an approval is written behind the request's name, once, and again after a conflict")
    func approval() async throws {
        let request: JSON = [
            "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": ["name": "kubelet"],
            "spec": ["request": "", "signerName": "kubernetes.io/kubelet-serving", "usages": []],
        ]
        var approved = request
        approved["status"] = ["conditions": [["type": "Approved", "status": "True"]]]
        let transport = ScriptedTransport([
            .json(request), .refusal(409, "Conflict"), .json(request), .json(approved), .json(approved),
        ])
        let api = KubernetesClient(transport)
        let answer = try await api.approve(certificateRequest: "kubelet", message: "known node")
        #expect(answer.status?.conditions.first?.type == "Approved")
        _ = try await api.approve(certificateRequest: "kubelet")
        let requests = transport.requests
        #expect(requests.map(\.method) == [.get, .put, .get, .put, .get])
        #expect(requests[3].path == "/apis/certificates.k8s.io/v1/certificatesigningrequests/kubelet/approval")
        #expect(try await document(requests[3])["status"]?["conditions"] == [
            ["type": "Approved", "status": "True", "reason": "Approved", "message": "known node"]
        ])
    }
}

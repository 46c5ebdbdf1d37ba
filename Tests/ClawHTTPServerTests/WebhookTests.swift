import ClawBase
import ClawCluster
import ClawDocuments
import ClawHTTPServer
import ClawKubernetes
import HTTPTypes
import Testing

/// An embedded cluster that asks a webhook over a socket, with TLS.
@Suite("Admission webhooks over https", .timeLimit(.minutes(10)))
struct WebhookTests {
    private static func answer(_ request: Request) async -> Response {
        guard let bytes = try? await request.body.collect(limit: 1 << 20), let review = try? JSONParser.parse(bytes) else {
            return Response(status: .badRequest)
        }
        let reply: JSON = [
            "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
            "response": [
                "uid": review["request"]?["uid"] ?? "", "allowed": false,
                "status": ["code": 403, "message": .string("seen by \(request.query["timeout"] ?? "nobody")")],
            ],
        ]
        return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(reply.bytes()))
    }

    private static func post(_ cluster: EmbeddedCluster, _ path: String, _ body: JSON) async throws -> JSON {
        let response = try await cluster.transport.send(
            Request(.post, "https://cluster.test\(path)", headers: [.contentType: "application/json"], body: .bytes(body.bytes())))
        return try JSONParser.parse(try await response.body.collect(limit: 1 << 20))
    }

    @Test("the webhook's certificate must be signed by the bundle's authority", arguments: [true, false])
    func trust(isTrusted: Bool) async throws {
        let time = SystemTime()
        let authority = try CertificateAuthority.create(commonName: "hooks", now: time.now)
        let other = try CertificateAuthority.create(commonName: "other", now: time.now)
        let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: time.now)
        let tls = TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM)
        try await withServer(tls: tls, answer: Self.answer) { _, address in
            let cluster = try await EmbeddedCluster()
            let bundle = isTrusted ? authority.certificatePEM : other.certificatePEM
            _ = try await Self.post(
                cluster, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
                [
                    "metadata": ["name": "hooks"],
                    "webhooks": [
                        [
                            "name": "hooks.test.dev", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                            "timeoutSeconds": 7,
                            "clientConfig": [
                                "url": .string("https://\(address)/check"),
                                "caBundle": .string(Base64.encode(Array(bundle.utf8))),
                            ],
                            "rules": [
                                ["apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]]
                            ],
                        ]
                    ],
                ])
            let answer = try await Self.post(
                cluster, "/api/v1/namespaces/default/configmaps", ["metadata": ["name": "m"]])
            let message = answer["message"]?.string ?? ""
            if isTrusted {
                #expect(message == "admission webhook \"hooks.test.dev\" denied the request: seen by 7s")
            } else {
                #expect(message.contains("failed calling webhook \"hooks.test.dev\": failed to call webhook: Post"))
                #expect(message.lowercased().contains("certificate"))
            }
        }
    }
}

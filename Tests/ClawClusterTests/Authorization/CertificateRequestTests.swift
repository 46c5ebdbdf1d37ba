import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("Requests for certificates")
struct CertificateRequestTests {
    private static let requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
    private static let client = "kubernetes.io/kube-apiserver-client"

    private static func request(
        _ name: String, _ text: String = ann, signer: String = client, usages: [JSON] = ["client auth"],
        seconds: JSON? = nil
    ) -> JSON {
        var spec: JSON = ["request": .string(text), "signerName": .string(signer), "usages": .array(usages)]
        spec["expirationSeconds"] = seconds
        return ["metadata": ["name": .string(name)], "spec": spec]
    }

    private static func decide(
        _ served: ServedCluster, _ name: String, _ type: JSON, as user: String? = nil
    ) async throws -> RawAnswer {
        try await served.call(
            .patch, "\(requests)/\(name)/approval",
            ["status": ["conditions": [["type": type, "status": "True", "reason": "Test"]]]], as: user,
            type: "application/merge-patch+json")
    }

    @Test("who asks is entered by the server, and what is asked for never changes")
    func asker() async throws {
        try await ServedCluster.run { served in
            var asked = Self.request("a")
            asked["spec"]?["username"] = "somebody-else"
            let made = try await served.call(.post, Self.requests, asked)
            #expect(made.code == 201)
            #expect(made.json["spec"]?["username"] == "admin")
            #expect(made.json["spec"]?["groups"] == ["system:masters", "system:authenticated"])
            let changed = try await served.call(
                .patch, "\(Self.requests)/a", ["spec": ["usages": ["server auth"]]],
                type: "application/merge-patch+json")
            #expect(changed.json["spec"]?["usages"] == ["client auth"])
        }
    }

    @Test("an approved request is signed, and its certificate opens the door for user and groups")
    func signed() async throws {
        try await ServedCluster.run(isRunning: true) { served in
            #expect(try await served.call(.post, Self.requests, Self.request("a", seconds: 3600)).code == 201)
            #expect(try await Self.decide(served, "a", "Approved").code == 200)
            let request = try await served.api.waitFor(CertificateSigningRequest.self, "a") {
                $0.document["status"]?["certificate"] != nil
            }
            let pem = Base64.decode(request.document["status"]?["certificate"]?.string ?? "") ?? []
            let certificate = Self.der(String(decoding: pem, as: UTF8.self))
            // No key usage (2.5.29.15) was asked for, and one without a bit is refused by Go and OpenSSL.
            #expect(
                !certificate.indices.dropLast(2).contains { Array(certificate[$0...($0 + 2)]) == [0x55, 0x1D, 0x0F] })
            let me = try await served.call(
                .post, "/apis/authentication.k8s.io/v1/selfsubjectreviews", [:], token: "", certificate: certificate)
            #expect(me.json["status"]?["userInfo"]?["username"] == "ann")
            #expect(me.json["status"]?["userInfo"]?["groups"] == ["crew", "system:authenticated"])
            let row = try await served.call(
                .get, "\(Self.requests)/a?includeObject=None",
                headers: [.accept: "application/json;as=Table;v=v1;g=meta.k8s.io"])
            let cells = row.json["rows"]?[0]?["cells"]?.array ?? []
            #expect(Array(cells.suffix(4)) == [.string(Self.client), "admin", "60m", "Approved,Issued"])
        }
    }

    @Test("a certificate for servers opens nothing")
    func serverCertificate() async throws {
        try await ServedCluster.run { served in
            let authority = served.cluster.authority
            let server = try authority.issueServer(hosts: ["ann"], now: SystemTime().now)
            let client = try authority.issueClient(user: "root", groups: ["system:masters"], now: SystemTime().now)
            func code(_ pem: String) async throws -> Int {
                try await served.call(.get, "/api/v1/nodes", token: "", certificate: Self.der(pem)).code
            }
            #expect(try await code(server.certificatePEM) == 403)
            #expect(try await code(client.certificatePEM) == 200)
        }
    }

    @Test("a decision stays; approval and denial exclude each other; a denied request is never signed")
    func decisions() async throws {
        try await ServedCluster.run(isRunning: true) { served in
            for name in ["a", "b"] {
                #expect(try await served.call(.post, Self.requests, Self.request(name)).code == 201)
            }
            #expect(try await Self.decide(served, "b", "Denied").code == 200)
            #expect(try await Self.decide(served, "b", "Approved").code == 422)
            #expect(try await Self.decide(served, "a", "Approved").code == 200)
            let removed = try await served.call(
                .patch, "\(Self.requests)/a/approval", ["status": ["conditions": []]],
                type: "application/merge-patch+json")
            #expect(removed.message?.contains("updates may not remove a condition of type \"Approved\"") == true)
            try await served.api.waitFor(CertificateSigningRequest.self, "a") {
                $0.document["status"]?["certificate"] != nil
            }
            let denied = try await served.call(.get, "\(Self.requests)/b")
            #expect(denied.json["status"]?["certificate"] == nil)
        }
    }

    @Test("who approves needs the right for the signer, besides that for the request")
    func approvers() async throws {
        try await ServedCluster.run { served in
            #expect(try await served.call(.post, Self.requests, Self.request("a")).code == 201)
            let approval = ServedCluster.rule(
                ["patch"], ["certificatesigningrequests/approval"], groups: ["certificates.k8s.io"])
            try await served.role("approver", [approval], in: nil)
            try await served.bind("ClusterRole/approver", to: "User/zed", in: nil)
            let refused = try await Self.decide(served, "a", "Approved", as: "zed")
            #expect(refused.code == 403)
            #expect(
                refused.message?.hasSuffix("user not permitted to approve requests with signerName \"\(Self.client)\"")
                    == true)
            try await served.bind(
                "ClusterRole/system:certificates.k8s.io:kube-apiserver-client-approver", to: "User/zed", in: nil)
            #expect(try await Self.decide(served, "a", "Approved", as: "zed").code == 200)
        }
    }

    @Test("what is no request, asks for odd things, or for superuser rights is refused")
    func refused() async throws {
        try await ServedCluster.run { served in
            let nonsense = try await served.call(.post, Self.requests, Self.request("b", "bm9wZQ=="))
            #expect(nonsense.message?.contains("PEM block type must be CERTIFICATE REQUEST") == true)
            let odd = try await served.call(
                .post, Self.requests, Self.request("b", usages: ["client auth", "client auth", "odd"], seconds: 10))
            #expect(odd.json["details"]?["causes"]?.array?.count == 3)
            let masters = try await served.call(.post, Self.requests, Self.request("m", Self.eve))
            #expect(masters.code == 403)
        }
    }

    @Test("a node's serving certificate keeps the names asked for; anybody else's request for one fails")
    func nodes() async throws {
        try await ServedCluster.run(isRunning: true) { served in
            for (name, text) in [("node", Self.node), ("other", Self.ann)] {
                let asked = Self.request(name, text, signer: "kubernetes.io/kubelet-serving", usages: ["server auth"])
                #expect(try await served.call(.post, Self.requests, asked).code == 201)
                #expect(try await Self.decide(served, name, "Approved").code == 200)
            }
            try await served.api.waitFor(CertificateSigningRequest.self, "node") {
                $0.document["status"]?["certificate"] != nil
            }
            try await served.api.waitFor(CertificateSigningRequest.self, "other") { request in
                request.document["status"]?["conditions"]?.array?.contains { $0["type"] == "Failed" } == true
            }
        }
    }

    private static func der(_ pem: String) -> [UInt8] {
        Base64.decode(pem.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()) ?? []
    }

    // Made with openssl: P-256 keys that are kept nowhere.
    /// Of CN ann, O crew.
    private static let ann =
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1IOENBUUF3SFRFTk1Bc0dBMVVFQ2d3RVkzSmxkekVN"
        + "TUFvR0ExVUVBd3dEWVc1dU1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUUxVVA5MHJOelN5TFUyZjBSaUZk"
        + "N0xmTElmT3QreHdwaHNkaytKeXJ3CkxzRGkxNEkxRmY3L0tGRHlFWDRvbmpaNlFlK0xCeVZaOGF1Q29wYkF4VTA5SWFBQU1B"
        + "b0dDQ3FHU000OUJBTUMKQTBrQU1FWUNJUUNBYS91a0hTTVpDbUNCMUNsSEJwM29DM2ZudS9FbmZKQkRDQ3JvMHpEazRRSWhB"
        + "TkZGaVA5RApxWVdMRjFGWVJBWVNFcnVja2FmMVVNRTJ3ZkJVcFhwK1RkbDMKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVT"
        + "VC0tLS0tCg=="
    /// Of CN eve, O system:masters.
    private static let eve =
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIak1JR0pBZ0VBTUNjeEZ6QVZCZ05WQkFvTURuTjVjM1Js"
        + "YlRwdFlYTjBaWEp6TVF3d0NnWURWUVFEREFObApkbVV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVRwT3Rj"
        + "TFVYR0Q0Rk5kN3dWdmpieU1DUGxICldpZzBCVGhQekczV2pMbC9EejZPTDcrMUZad2VyLy9iVVVUTFZqRUFjK2hjWldBajhZ"
        + "NndUQWMwNkNTcm9BQXcKQ2dZSUtvWkl6ajBFQXdJRFNRQXdSZ0loQU8yNzBoNzNLazdmWDZBYktidXlMWmtMUWlRNTNRblM3"
        + "ai9OdWwzRQpjYzRiQWlFQTBGcnYwNUpRa00zVnJhOFV4NHo5Y1FKVmNRRlZvWC9jWTVmWGUwT1dXVnM9Ci0tLS0tRU5EIENF"
        + "UlRJRklDQVRFIFJFUVVFU1QtLS0tLQo="
    /// Of CN system:node:n1, O system:nodes, with a DNS name and an address.
    private static let node =
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQkVEQ0J1QUlCQURBd01SVXdFd1lEVlFRS0RBeHplWE4w"
        + "WlcwNmJtOWtaWE14RnpBVkJnTlZCQU1NRG5ONQpjM1JsYlRwdWIyUmxPbTR4TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemow"
        + "REFRY0RRZ0FFVEgwcmhXVlhURWw3Ck0ydk4zeU1Pb1RTS1IvREN2R2twenJLVkFoTThKZGlvdzZOMmgvdXF2WDZEelFVN2xO"
        + "SzdTdS9vQk50cjhzSDIKRk9qaDBKek5pcUFtTUNRR0NTcUdTSWIzRFFFSkRqRVhNQlV3RXdZRFZSMFJCQXd3Q29JQ2JqR0hC"
        + "QW9BQUFFdwpDZ1lJS29aSXpqMEVBd0lEUndBd1JBSWdEVW43b3AzODBReUI2NHBZQmltRGhEakNRQTdGQVJoVHloTnJIZXF5"
        + "CmplY0NJRC9aNms5em9PcW0wUkZDNG16M2NFRk5OUXBBNHNCS1JmQnd5SlUzNkRXUQotLS0tLUVORCBDRVJUSUZJQ0FURSBS"
        + "RVFVRVNULS0tLS0K"
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Foundation
import HTTPTypes
import Testing

@Suite("Tokens of service accounts")
struct ServiceAccountTokenTests {
    private static let reviews = "/apis/authentication.k8s.io/v1/tokenreviews"
    private static let secrets = "/api/v1/namespaces/default/secrets"

    private static func review(_ served: ServedCluster, _ spec: JSON) async throws -> JSON? {
        try await served.call(.post, reviews, ["spec": spec]).json["status"]
    }

    @Test("a token makes its bearer the account, with its groups and its rights, as long as the account is there")
    func use() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            let asked = try await served.token(of: "bot")
            #expect(asked.code == 201)
            #expect(asked.json["spec"]?["expirationSeconds"] == 3600)
            let token = asked.json["status"]?["token"]?.string ?? ""
            let status = try await Self.review(served, ["token": .string(token)])
            #expect(status?["authenticated"] == true)
            #expect(status?["user"]?["username"] == "system:serviceaccount:default:bot")
            #expect(
                status?["user"]?["groups"]
                    == ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"])
            #expect(try await served.call(.get, Self.secrets, token: token).code == 403)
            try await served.bind("ClusterRole/edit", to: "ServiceAccount/bot")
            #expect(try await served.call(.get, Self.secrets, token: token).code == 200)
            _ = try await served.api.delete(ServiceAccount.self, "bot", in: "default")
            #expect(try await served.call(.get, Self.secrets, token: token).code == 401)
            try await served.account("bot")
            #expect(try await served.call(.get, Self.secrets, token: token).code == 401)
        }
    }

    @Test("a token for others is not good here")
    func audiences() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            let token = try await served.token(of: "bot", ["audiences": ["example.com"]]).json["status"]?["token"] ?? ""
            #expect(try await served.call(.get, "/apis", token: token.string ?? "").code == 401)
            #expect(try await Self.review(served, ["token": token])?["authenticated"] == nil)
            let there = try await Self.review(served, ["token": token, "audiences": ["example.com", "z"]])
            #expect(there?["audiences"] == ["example.com"])
        }
    }

    @Test("a token ends a minute after its time is over, for clocks differ; one changed by a letter never was one")
    func end() async throws {
        let time = VirtualTime()
        try await ServedCluster.run(time: time) { served in
            try await served.account("bot")
            let token =
                try await served.token(of: "bot", ["expirationSeconds": 600]).json["status"]?["token"]?.string ?? ""
            #expect(try await served.call(.get, "/apis", token: token).code == 200)
            #expect(try await served.call(.get, "/apis", token: token.dropLast(8) + "AAAAAAAA").code == 401)
            #expect(try await served.call(.get, "/apis", token: "e30.e30.").code == 401)
            time.advance(by: .seconds(659))
            #expect(try await served.call(.get, "/apis", token: token).code == 200)
            time.advance(by: .seconds(2))
            #expect(try await served.call(.get, "/apis", token: token).code == 401)
            #expect(
                try await Self.review(served, ["token": .string(token)])?["error"]
                    == "[invalid bearer token, service account token has expired]")
        }
    }

    @Test("less than ten minutes cannot be asked for, nor a token of nobody")
    func refused() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            let short = try await served.token(of: "bot", ["expirationSeconds": 60])
            #expect(short.code == 422)
            #expect(short.message?.contains("may not specify a duration less than 10 minutes") == true)
            #expect(try await served.token(of: "ghost").code == 404)
        }
    }

    @Test("a token bound to a pod names it, and ends with it")
    func bound() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            for (name, account) in [("own", "bot"), ("foreign", "default")] {
                _ = try await served.api.create(
                    Pod(
                        metadata: ObjectMeta(name: name, namespace: "default"),
                        spec: PodSpec(containers: [Container(name: "c", image: "i")], serviceAccountName: account)))
            }
            func reference(_ name: String) -> JSON {
                ["boundObjectRef": ["apiVersion": "v1", "kind": "Pod", "name": .string(name)]]
            }
            #expect(try await served.token(of: "bot", reference("foreign")).code == 400)
            #expect(try await served.token(of: "bot", reference("none")).code == 404)
            let token = try await served.token(of: "bot", reference("own")).json["status"]?["token"] ?? ""
            let user = try await Self.review(served, ["token": token])?["user"]
            let uid = try await served.api.get(Pod.self, "own", in: "default").uid ?? ""
            #expect(user?["extra"]?["authentication.kubernetes.io/pod-name"] == ["own"])
            #expect(user?["extra"]?["authentication.kubernetes.io/pod-uid"] == [.string(uid)])
            _ = try await served.api.delete(Pod.self, "own", in: "default", gracePeriodSeconds: 0)
            #expect(try await served.call(.get, "/apis", token: token.string ?? "").code == 401)
        }
    }

    @Test("a review says why a token is not good, in kube-apiserver's words")
    func reasons() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            func error(_ token: String, _ audiences: [String] = []) async throws -> String? {
                let spec: JSON = ["token": .string(token), "audiences": .array(audiences.map(JSON.string))]
                let status = try await Self.review(served, spec)
                #expect(status?["authenticated"] == nil && status?["user"] == [:])
                return status?["error"]?.string
            }
            let token =
                try await served.token(of: "bot", ["audiences": ["a", "b"]]).json["status"]?["token"]?.string ?? ""
            #expect(try await error("nonsense") == "invalid bearer token")
            #expect(
                try await error(token, ["z"])
                    == #"[invalid bearer token, token audiences ["a" "b"] is invalid for the target audiences ["z"]]"#)
            #expect(
                try await error(token.dropLast(8) + "AAAAAAAA", ["a"])
                    == "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]")
            _ = try await served.api.delete(ServiceAccount.self, "bot", in: "default")
            #expect(try await error(token, ["a"]) == #"[invalid bearer token, serviceaccounts "bot" not found]"#)
            try await served.account("bot")
            #expect(try await error(token, ["a"])?.contains("does not match claim (") == true)
        }
    }

    @Test("a token of a pod that is being deleted is good for a minute more, and not for as long as the pod lingers")
    func lingering() async throws {
        let time = VirtualTime()
        try await ServedCluster.run(time: time) { served in
            try await served.account("bot")
            _ = try await served.api.create(
                Pod(
                    metadata: ObjectMeta(name: "own", namespace: "default", finalizers: ["example.com/wait"]),
                    spec: PodSpec(containers: [Container(name: "c", image: "i")], serviceAccountName: "bot")))
            let reference: JSON = ["boundObjectRef": ["apiVersion": "v1", "kind": "Pod", "name": "own"]]
            let token = try await served.token(of: "bot", reference).json["status"]?["token"] ?? ""
            _ = try await served.api.delete(Pod.self, "own", in: "default", gracePeriodSeconds: 0)
            time.advance(by: .seconds(59))
            #expect(try await Self.review(served, ["token": token])?["authenticated"] == true)
            time.advance(by: .seconds(3))
            #expect(
                try await Self.review(served, ["token": token])?["error"]
                    == "[invalid bearer token, service account token has been invalidated]")
        }
    }

    @Test("who is bound to system:auth-delegator may ask whose a token is; others may not, and all may ask who they are")
    func delegation() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            let own = try await served.token(of: "bot").json["status"]?["token"]?.string ?? ""
            let question: JSON = ["spec": ["token": .string(own)]]
            #expect(try await served.call(.post, Self.reviews, question, token: own).code == 403)
            _ = try await served.api.create(
                ClusterRoleBinding(
                    metadata: ObjectMeta(name: "bot"),
                    roleRef: RoleRef(
                        kind: "ClusterRole", name: "system:auth-delegator", apiGroup: "rbac.authorization.k8s.io"),
                    subjects: [Subject(kind: "ServiceAccount", name: "bot", namespace: "default")]))
            #expect(try await served.call(.post, Self.reviews, question, token: own).json["status"]?["authenticated"] == true)
            let me = try await served.call(.post, "/apis/authentication.k8s.io/v1/selfsubjectreviews", [:], token: own)
            #expect(me.json["status"]?["userInfo"]?["username"] == "system:serviceaccount:default:bot")
        }
    }

    @Test("tokens outlive the process of a cluster that is kept")
    func kept() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var options = EmbeddedCluster.Options()
        options.dataDirectory = directory
        var token = ""
        for isFirst in [true, false] {
            let cluster = try await EmbeddedCluster(options)
            if isFirst {
                _ = try await cluster.client.create(
                    ServiceAccount(metadata: ObjectMeta(name: "bot", namespace: "default")))
                token = try await cluster.client.requestToken(forServiceAccount: "bot", in: "default").token.reveal()
            }
            #expect(try await ServedCluster(cluster: cluster).call(.get, "/apis", token: token).code == 200)
            try cluster.close()
        }
    }

    @Test("the issuer publishes its key to service accounts")
    func discovery() async throws {
        try await ServedCluster.run { served in
            #expect(try await served.call(.get, "/openid/v1/jwks", token: "").code == 403)
            let keys = try await served.call(.get, "/openid/v1/jwks", as: "system:serviceaccount:a:b")
            #expect(keys.json["keys"]?[0]?["crv"] == "P-256")
        }
    }

    @Test("every namespace gets the authority's certificate, and again when it is changed or lost")
    func rootCertificate() async throws {
        try await ServedCluster.run(isRunning: true) { served in
            let certificate = served.cluster.authority.certificatePEM
            try await served.api.waitFor(ConfigMap.self, "kube-root-ca.crt", in: "default") {
                $0.data["ca.crt"] == certificate
            }
            _ = try await served.api.edit(ConfigMap.self, "kube-root-ca.crt", in: "default") { $0.data = [:] }
            try await served.api.waitFor(ConfigMap.self, "kube-root-ca.crt", in: "default") {
                $0.data["ca.crt"] == certificate
            }
        }
    }
}

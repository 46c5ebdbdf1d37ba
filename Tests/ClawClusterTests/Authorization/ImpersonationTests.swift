import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Acting in another's name")
struct ImpersonationTests {
    private static let review = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    private static let question: JSON = ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"]

    private static func headers(_ pairs: KeyValuePairs<String, String>) -> HTTPFields {
        var fields: HTTPFields = [:]
        for (name, value) in pairs {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return fields
    }

    @Test("user, groups, uid and extras are taken over")
    func everything() async throws {
        try await ServedCluster.run { served in
            let answer = try await served.call(
                .post, Self.review, Self.question, as: "bob", groups: ["team-a"],
                headers: Self.headers(["Impersonate-Uid": "77", "Impersonate-Extra-acme.dev%2Fscope": "read"]))
            #expect(answer.code == 201)
            #expect(
                answer.json["status"]?["userInfo"] == [
                    "username": "bob", "uid": "77", "groups": ["team-a", "system:authenticated"],
                    "extra": ["acme.dev/scope": ["read"]],
                ])
        }
    }

    @Test("a service account brings its groups; the anonymous user is not authenticated")
    func groups() async throws {
        try await ServedCluster.run { served in
            let account = try await served.call(.post, Self.review, Self.question, as: "system:serviceaccount:a:b")
            #expect(
                account.json["status"]?["userInfo"]?["groups"]
                    == ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"])
            let nobody = try await served.call(.get, "/apis", as: "system:anonymous")
            #expect(nobody.code == 403)
        }
    }

    @Test("groups without a user are a bad request")
    func groupsAlone() async throws {
        try await ServedCluster.run { served in
            let answer = try await served.call(.post, Self.review, Self.question, groups: ["team-a"])
            #expect(answer.code == 400)
            #expect(answer.message?.hasSuffix("without impersonating a user name") == true)
        }
    }

    @Test("it takes the right to impersonate each part")
    func rights() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            let token = try await served.token(of: "bot").json["status"]?["token"]?.string ?? ""
            let refused = try await served.call(.get, "/api/v1/pods", as: "someone", token: token)
            #expect(refused.code == 403)
            #expect(refused.message?.contains("cannot impersonate-on:user-info:list resource \"pods\"") == true)
            try await served.role(
                "actor", [ServedCluster.rule(["impersonate"], ["users"], names: ["someone"])], in: nil)
            try await served.bind("ClusterRole/actor", to: "ServiceAccount/bot", in: nil)
            let me = try await served.call(.post, Self.review, Self.question, as: "someone", token: token)
            #expect(me.json["status"]?["userInfo"]?["username"] == "someone")
            #expect(try await served.call(.post, Self.review, Self.question, as: "other", token: token).code == 403)
            #expect(
                try await served.call(.post, Self.review, Self.question, as: "someone", groups: ["g"], token: token)
                    .code == 403)
        }
    }

    @Test("constrained rights let somebody act in a name for some requests only, and never as a superuser")
    func constrained() async throws {
        try await ServedCluster.run { served in
            try await served.account("bot")
            let token = try await served.token(of: "bot").json["status"]?["token"]?.string ?? ""
            try await served.role(
                "actor",
                [
                    ServedCluster.rule(
                        ["impersonate:user-info"], ["users", "groups"], groups: ["authentication.k8s.io"]),
                    ServedCluster.rule(["impersonate-on:user-info:list"], ["pods"]),
                ], in: nil)
            try await served.bind("ClusterRole/actor", to: "ServiceAccount/bot", in: nil)
            try await served.bind("ClusterRole/view", to: "User/ann", in: nil)
            #expect(try await served.call(.get, "/api/v1/pods", as: "ann", token: token).code == 200)
            #expect(try await served.call(.get, "/api/v1/services", as: "ann", token: token).code == 403)
            #expect(
                try await served.call(.get, "/api/v1/pods", as: "ann", groups: ["system:masters"], token: token).code
                    == 403)
        }
    }
}

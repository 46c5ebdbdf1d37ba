import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Questions about access")
struct AccessReviewTests {
    private static let group = "/apis/authorization.k8s.io/v1"

    private static func ask(_ served: ServedCluster, _ spec: JSON) async throws -> RawAnswer {
        try await served.call(.post, "\(group)/subjectaccessreviews", ["spec": spec])
    }

    @Test("the answer says whether, and by which binding")
    func reasons() async throws {
        try await ServedCluster.run { served in
            try await served.role("r", [ServedCluster.rule(["get"], ["pods", "pods/log"])])
            _ = try await served.call(
                .post, "\(ServedCluster.rbac)/namespaces/default/rolebindings",
                [
                    "metadata": ["name": "rb"], "roleRef": ServedCluster.reference("Role/r"),
                    "subjects": [ServedCluster.reference("User/ann"), ServedCluster.reference("Group/crew")],
                ])
            let pods: JSON = ["namespace": "default", "verb": "get", "resource": "pods"]
            let ann = try await Self.ask(served, ["user": "ann", "resourceAttributes": pods])
            #expect(ann.code == 201)
            #expect(
                ann.json["status"] == [
                    "allowed": true,
                    "reason": "RBAC: allowed by RoleBinding \"rb/default\" of Role \"r\" to User \"ann\"",
                ])
            let crew = try await Self.ask(served, ["user": "who", "groups": ["crew"], "resourceAttributes": pods])
            #expect(crew.json["status"]?["reason"]?.string?.hasSuffix("to Group \"crew\"") == true)
            let nobody = try await Self.ask(served, ["user": "who", "resourceAttributes": pods])
            #expect(nobody.json["status"] == ["allowed": false])
            let masters = try await Self.ask(
                served,
                ["user": "x", "groups": ["system:masters"], "nonResourceAttributes": ["path": "/x", "verb": "get"]])
            #expect(masters.json["status"]?["allowed"] == true)
        }
    }

    @Test("a question without a subject, or about nothing, is refused")
    func invalid() async throws {
        try await ServedCluster.run { served in
            let nothing = try await Self.ask(served, ["user": "x"])
            #expect(nothing.code == 422)
            let nobody = try await Self.ask(served, ["resourceAttributes": ["verb": "get", "resource": "pods"]])
            #expect(nobody.message?.contains("at least one of user or group must be specified") == true)
            let elsewhere = try await served.call(
                .post, "\(Self.group)/namespaces/default/localsubjectaccessreviews",
                [
                    "spec": [
                        "user": "a", "resourceAttributes": ["namespace": "other", "verb": "get", "resource": "pods"],
                    ]
                ])
            #expect(elsewhere.message?.contains("must match metadata.namespace") == true)
        }
    }

    @Test("everybody may ask about himself")
    func oneself() async throws {
        try await ServedCluster.run { served in
            try await served.role("r", [ServedCluster.rule(["get", "list"], ["pods"])])
            try await served.bind("Role/r", to: "User/ann")
            func may(_ verb: JSON) async throws -> JSON? {
                try await served.call(
                    .post, "\(Self.group)/selfsubjectaccessreviews",
                    ["spec": ["resourceAttributes": ["namespace": "default", "verb": verb, "resource": "pods"]]],
                    as: "ann"
                ).json["status"]?["allowed"]
            }
            #expect(try await may("list") == true)
            #expect(try await may("delete") == false)
            let rules = try await served.call(
                .post, "\(Self.group)/selfsubjectrulesreviews", ["spec": ["namespace": "default"]], as: "ann")
            #expect(rules.json["status"]?["incomplete"] == false)
            #expect(
                rules.json["status"]?["resourceRules"]?.array?.contains(
                    ["verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]]) == true)
            #expect(
                try await served.call(.post, "\(Self.group)/selfsubjectrulesreviews", ["spec": [:]], as: "ann").code
                    == 400)
        }
    }
}

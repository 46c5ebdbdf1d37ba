import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Nobody grants what he does not have")
struct EscalationTests {
    private static let roles = "\(ServedCluster.rbac)/namespaces/default/roles"
    private static let bindings = "\(ServedCluster.rbac)/namespaces/default/rolebindings"

    private static func run(_ more: [JSON] = [], _ body: @escaping @Sendable (ServedCluster) async throws -> Void)
        async throws
    {
        try await ServedCluster.run { served in
            try await served.role(
                "boss",
                [
                    ServedCluster.rule(
                        ["create", "patch"], ["roles", "rolebindings"], groups: ["rbac.authorization.k8s.io"]),
                    ServedCluster.rule(["get", "list"], ["configmaps", "pods/*"]),
                ] + more)
            try await served.bind("Role/boss", to: "User/cat")
            try await body(served)
        }
    }

    private static func role(_ name: String, _ rules: JSON...) -> JSON {
        ["metadata": ["name": .string(name)], "rules": .array(rules)]
    }

    private static func binding(_ name: String, _ role: String) -> JSON {
        [
            "metadata": ["name": .string(name)], "roleRef": ServedCluster.reference(role),
            "subjects": [ServedCluster.reference("User/friend")],
        ]
    }

    @Test("a role within the writer's own rights is made, one beyond them is refused with what is lacking")
    func roles() async throws {
        try await Self.run { served in
            let within = Self.role("ok", ServedCluster.rule(["get"], ["configmaps"]))
            #expect(try await served.call(.post, Self.roles, within, as: "cat").code == 201)
            let beyond = try await served.call(
                .post, Self.roles,
                Self.role("more", ServedCluster.rule(["get", "delete"], ["secrets", "configmaps"])), as: "cat")
            #expect(beyond.code == 403)
            #expect(
                beyond.message == """
                    roles.rbac.authorization.k8s.io "more" is forbidden: user "cat" (groups=["system:authenticated"]) is \
                    attempting to grant RBAC permissions not currently held:
                    {APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}
                    {APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}
                    """)
            let widened = try await served.call(
                .patch, "\(Self.roles)/ok", ["rules": [ServedCluster.rule(["*"], ["*"], groups: ["*"])]], as: "cat",
                type: "application/merge-patch+json")
            #expect(widened.message?.hasSuffix("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}") == true)
        }
    }

    @Test("a rule for one name is covered by one for all, and not the other way round")
    func names() async throws {
        try await Self.run { served in
            let one = Self.role("one", ServedCluster.rule(["get"], ["configmaps"], names: ["a"]))
            #expect(try await served.call(.post, Self.roles, one, as: "cat").code == 201)
            _ = try await served.bind("Role/one", to: "User/dan")
            try await served.role(
                "writer", [ServedCluster.rule(["create"], ["roles"], groups: ["rbac.authorization.k8s.io"])])
            _ = try await served.bind("Role/writer", to: "User/dan")
            let all = Self.role("all", ServedCluster.rule(["get"], ["configmaps"]))
            #expect(try await served.call(.post, Self.roles, all, as: "dan").code == 403)
        }
    }

    @Test("a binding needs the rights of its role; a role that is not there is not found")
    func bindings() async throws {
        try await Self.run { served in
            try await served.role("small", [ServedCluster.rule(["get"], ["configmaps"])])
            #expect(try await served.call(.post, Self.bindings, Self.binding("a", "Role/small"), as: "cat").code == 201)
            #expect(
                try await served.call(.post, Self.bindings, Self.binding("b", "ClusterRole/edit"), as: "cat").code
                    == 403)
            #expect(try await served.call(.post, Self.bindings, Self.binding("c", "Role/ghost"), as: "cat").code == 404)
            #expect(try await served.call(.post, Self.bindings, Self.binding("c", "Role/ghost")).code == 201)
        }
    }

    @Test("the verbs escalate and bind lift the rule, bind for the role that it names")
    func lifted() async throws {
        let rules = [
            ServedCluster.rule(["escalate"], ["roles"], groups: ["rbac.authorization.k8s.io"]),
            ServedCluster.rule(["bind"], ["clusterroles"], groups: ["rbac.authorization.k8s.io"], names: ["edit"]),
        ]
        try await Self.run(rules) { served in
            let everything = Self.role("everything", ServedCluster.rule(["*"], ["*"], groups: ["*"]))
            let made = try await served.call(.post, Self.roles, everything, as: "cat")
            #expect(made.code == 201)
            let edit = try await served.call(.post, Self.bindings, Self.binding("a", "ClusterRole/edit"), as: "cat")
            #expect(edit.code == 201)
            let admin = try await served.call(.post, Self.bindings, Self.binding("b", "ClusterRole/admin"), as: "cat")
            #expect(admin.code == 403)
        }
    }
}

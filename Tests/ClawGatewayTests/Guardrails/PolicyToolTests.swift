import ClawBase
import ClawCluster
import ClawControl
import ClawDialects
import ClawDocuments
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@testable import ClawGateway

@Suite("What policies say of tools holds at the gateway", .timeLimit(.minutes(5)))
struct PolicyToolTests {
    /// Calls a tool, whatever is asked.
    private struct Caller: ModelUpstream {
        let name = "caller"
        let tool: String

        func answer(_ call: ModelCall) async throws -> UpstreamAnswer {
            let parts: [ContentPart] = [.toolCall(ToolCall(id: "c1", name: tool, arguments: "{}"))]
            let answer = ModelAnswer(parts: parts, finish: .toolCalls, usage: TokenUsage(input: 10, output: 5))
            return call.request.isStreaming ? .stream(.of(answer)) : .whole(WholeAnswer(answer))
        }
    }

    private static func policy(_ name: String, user: String? = nil, _ tools: JSON) -> EffectivePolicy {
        EffectivePolicy(
            metadata: ObjectMeta(name: name, namespace: "demo"), user: user,
            rules: PolicySpec(document: ["tools": tools]), sources: [])
    }

    private func withPolicies(
        _ body: @escaping @Sendable (KubernetesClient, ToolPolicies) async throws -> Void
    ) async throws {
        try await EmbeddedCluster.withCluster(.init()) { cluster in
            let client = cluster.client
            try await ClawGroup.install(in: client)
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            let everybody: JSON = [
                ["name": "shell*", "verdict": "deny"], ["name": "deploy", "verdict": "ask"],
            ]
            _ = try await client.create(Self.policy("project", everybody))
            _ = try await client.create(
                Self.policy("user.bob", user: "bob", [["name": "*", "verdict": "deny"], ["name": "read", "verdict": "allow"]]))
            let caches = SharedCaches(client)
            let policies = ToolPolicies(caches: caches)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await caches.run() }
                try await caches.cache(EffectivePolicy.self).waitUntilSynced()
                try await body(client, policies)
                tasks.cancelAll()
            }
        }
    }

    private func answer(
        of user: String, offering tool: String? = nil, called: String = "read", approved: String? = nil,
        project: String? = "demo", isStreaming: Bool = false, _ policies: ToolPolicies
    ) async throws -> String {
        var grant = ModelGrant(id: "g1", keyHash: Token.hash(key))
        (grant.subject.project, grant.subject.user) = (project, user)
        let gateway = ModelGateway(
            router: try ModelRouter([ModelRoute("m", [Deployment(nil, Caller(tool: called))])]),
            grants: InMemoryGrants([grant]), guardrails: Guardrails(standing: [PolicyToolRule(policies)]))
        let offered: JSON = tool.map { [["type": "function", "function": ["name": .string($0)]]] } ?? []
        let body: JSON = [
            "model": "m", "stream": .bool(isStreaming), "messages": [["role": "user", "content": "Go."]],
            "tools": tool == nil ? [["type": "function", "function": ["name": .string(called)]]] : offered,
        ]
        var request = Request(
            .post, "/v1/chat/completions", headers: [.authorization: "Bearer \(key)"], body: .bytes(body.bytes()))
        if let approved, let name = HTTPField.Name("X-Claw-Approve-Tools") { request.headers[name] = approved }
        return try await gateway.respond(to: request).text()
    }

    @Test("denied tools are neither offered nor called, others need their user's word", arguments: [false, true])
    func verdicts(isStreaming: Bool) async throws {
        try await withPolicies { _, policies in
            func ada(_ offered: String? = nil, _ called: String = "read", approved: String? = nil) async throws -> String {
                try await answer(
                    of: "ada", offering: offered, called: called, approved: approved, isStreaming: isStreaming, policies)
            }
            let free = try await ada()
            #expect(free.contains(#""read""#) && !free.contains("error"))
            let denied = try await ada("shell.exec")
            #expect(denied.contains("guardrail_refused") && denied.contains("tool-policy"))
            let unoffered = try await ada("read", "shell")
            #expect(unoffered.contains("which is not allowed here"))
            let open = try await ada(nil, "deploy")
            #expect(open.contains("tool_approval_required"))
            let approved = try await ada(nil, "deploy", approved: "deploy")
            #expect(approved.contains(#""deploy""#) && !approved.contains("error"))
        }
    }

    @Test("a member's own policy goes before the project's; whom no policy binds nothing is looked at")
    func whose() async throws {
        try await withPolicies { client, policies in
            let bob = try await answer(of: "bob", called: "search", policies)
            #expect(bob.contains("guardrail_refused"))
            let read = try await answer(of: "bob", policies)
            #expect(!read.contains("error"))
            let stranger = try await answer(of: "bob", called: "shell", project: "other", policies)
            #expect(!stranger.contains("error"))
            #expect(!policies.concern(project: "other", user: "bob") && !policies.concern(project: nil, user: "bob"))
            try await client.delete(EffectivePolicy.self, "user.bob", in: "demo")
            try await SystemTime().withDeadline(.seconds(60), "the end of bob's policy") {
                while policies.verdict(on: "search", project: "demo", user: "bob") != nil {
                    try await SystemTime().sleep(for: .milliseconds(5))
                }
            }
            let after = try await answer(of: "bob", called: "search", policies)
            #expect(!after.contains("error"))
        }
    }

    @Test("until the policies are known nothing goes through")
    func unknown() async throws {
        try await EmbeddedCluster.withCluster(.init()) { cluster in
            let policies = ToolPolicies(caches: SharedCaches(cluster.client))
            let text = try await answer(of: "ada", policies)
            #expect(text.contains("still reading its policies"))
        }
    }
}

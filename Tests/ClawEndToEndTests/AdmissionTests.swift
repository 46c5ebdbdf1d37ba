import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Logging
import Testing

@Suite("What the platform would not take is refused when it is stored", .serialized, .timeLimit(.minutes(10)))
struct AdmissionTests {
    private static func quota(_ pods: Int) -> JSON { ["pods": .string("\(pods)")] }

    private func makeTenant(_ platform: RunningPlatform, _ token: String, _ pods: Int) async throws {
        let request = Request(
            .post, "\(platform.controlPlane)/api/v1/tenants",
            headers: [.authorization: "Bearer \(token)", .contentType: "application/json"],
            body: .bytes(JSON.object(["name": "acme", "quota": Self.quota(pods)]).bytes()))
        let response = try await platform.network.send(request)
        _ = try await response.body.collect(limit: 1 << 16)
        try #require(response.status == .created)
    }

    private func project(_ name: String, _ pods: Int) -> Project {
        var project = Project(name: name, tenant: "acme")
        project.spec.quota = ["pods": Quantity("\(pods)") ?? .zero]
        return project
    }

    /// - Returns: what was said against it.
    private func refusal(_ body: () async throws -> Void) async throws -> String? {
        do {
            try await body()
            return nil
        } catch let error as KubernetesError {
            return error.message
        }
    }

    private static func freePort() async throws -> Int {
        try await HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), logger: Logger(label: "test"))
            .withServer(ClosureHandler { _ in Response(status: .ok) }) { $0.port }
    }

    private func sum(_ api: KubernetesClient) async throws -> Int {
        try await api.list(Project.self).items.reduce(0) { $0 + (Int($1.spec.quota["pods"]?.description ?? "") ?? 0) }
    }

    private func hold(_ platform: RunningPlatform, _ api: KubernetesClient) async throws {
        let token = try String(contentsOfFile: platform.file(".claw/admin-token"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await makeTenant(platform, token, 10)
        // kubectl's and the control plane's writers at once; each project wants a third of what there is.
        let controlPlane = platform.controlPlane
        let network = platform.network
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                let wanted = project("k\(number)", 3)
                group.addTask { _ = try? await api.create(wanted) }
                group.addTask {
                    let request = Request(
                        .post, "\(controlPlane)/api/v1/projects",
                        headers: [.authorization: "Bearer \(token)", .contentType: "application/json"],
                        body: .bytes(
                            JSON.object(
                                ["name": .string("h\(number)"), "tenant": "acme", "quota": Self.quota(3)]).bytes()))
                    let response = try await network.send(request)
                    _ = try await response.body.collect(limit: 1 << 16)
                }
            }
            for _ in 0..<20 { #expect(try await sum(api) <= 10) }
            try await group.waitForAll()
        }
        #expect(try await sum(api) == 9)

        let over = try await refusal { _ = try await api.create(self.project("over", 2)) }
        #expect(over?.contains("E_QUOTA_TENANT") == true, "\(over ?? "stored")")
        #expect(over?.contains("may have 10 of pods") == true, "\(over ?? "stored")")
        #expect(try await api.find(Project.self, "over") == nil)
        let one = try #require(try await api.list(Project.self).items.first?.name)
        let larger = try await refusal {
            _ = try await api.mergePatch(Project.self, one, ["spec": ["quota": Self.quota(5)]])
        }
        #expect(larger?.contains("E_QUOTA_TENANT") == true, "\(larger ?? "stored")")
        // What is nobody's quota is not asked about; less is allowed, and makes room.
        _ = try await api.mergePatch(Project.self, one, ["metadata": ["labels": ["colour": "blue"]]])
        _ = try await api.mergePatch(Project.self, one, ["spec": ["quota": Self.quota(1)]])
        try await eventually("there is room") {
            try await refusal { _ = try await api.create(self.project("over", 2)) } == nil ? true : nil
        }
        let cap = try await refusal { _ = try await api.mergePatch(Tenant.self, "acme", ["spec": ["quota": Self.quota(5)]]) }
        #expect(cap?.contains("E_QUOTA_TENANT") == true, "\(cap ?? "stored")")

        var platformPolicy = Policy(name: "platform")
        platformPolicy.document["spec"] = ["security": "restricted"]
        _ = try await api.create(platformPolicy)
        var wider = Policy(name: "tenant.acme")
        wider.document["spec"] = ["security": "privileged"]
        let widened = wider
        try await eventually("a wider policy is refused, once the one above is known") {
            let words = try await refusal { _ = try await api.create(widened) }
            if words == nil { try await api.delete(Policy.self, "tenant.acme") }
            return words?.contains("E_POLICY_WIDENS") == true && words?.contains("security") == true ? true : nil
        }
    }

    @Test("in the embedded cluster, whoever writes")
    func embedded() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory, ["--without", "orchestrator,node"])
        do { try await hold(platform, try platform.kubernetes) } catch { Issue.record("\(error)") }
        #expect(try await platform.stop() == 0)
        // What the cluster asked before is gone; it asks the new one before anybody is told that it is ready.
        let again = try await RunningPlatform.start(in: directory, ["--without", "orchestrator,node"])
        let refused = try await refusal { _ = try await again.kubernetes.create(self.project("again", 9)) }
        #expect(refused?.contains("E_QUOTA_TENANT") == true, "\(refused ?? "stored")")
        #expect(try await again.stop() == 0)
    }

    @Test("in somebody else's cluster, which asks over https and trusts what it was told")
    func elsewhere() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let cluster = try await RunningCluster.start(["--listen", "127.0.0.1:0"])
        defer { cluster.kill() }
        let port = try await Self.freePort()
        let platform = try await RunningPlatform.start(
            in: directory,
            [
                "--without", "orchestrator,node", "--kubeconfig", cluster.kubeconfig, "--leader-elect", "false",
                "--admission-listen", "127.0.0.1:\(port)", "--admission-address", "https://127.0.0.1:\(port)",
            ])
        do {
            let api = try KubernetesClient.connect(kubeconfig: cluster.kubeconfig)
            try await eventually("the cluster knows whom to ask") { () -> Bool? in
                for kind in ["policies", "projects", "tenants"] {
                    let name = "clawkit-\(kind).clawkit.dev"
                    guard try await api.find(ValidatingWebhookConfiguration.self, name) != nil else { return nil }
                }
                return true
            }
            try await hold(platform, api)
        } catch {
            Issue.record("\(error)")
        }
        #expect(try await platform.stop() == 0)
        // Nobody can be asked: what would need an answer is not stored, all else is.
        let api = try KubernetesClient.connect(kubeconfig: cluster.kubeconfig)
        let unasked = try await refusal { _ = try await api.create(self.project("unasked", 1)) }
        #expect(unasked?.contains("failed calling webhook") == true, "\(unasked ?? "stored")")
        let one = try #require(try await api.list(Project.self).items.first?.name)
        _ = try await api.mergePatch(Project.self, one, ["metadata": ["labels": ["colour": "red"]]])
    }
}

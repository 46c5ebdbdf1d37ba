import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import HTTPTypes
import Testing

@Suite("Service accounts of projects call the control plane")
struct ServiceIdentityTests {
    private static let audience = ServiceIdentities.audience

    private static func account(
        _ platform: TestPlatform, _ name: String = "ci", in namespace: String = "demo", role: String? = nil
    ) async throws {
        let api = platform.cluster.client
        _ = try await api.create(ServiceAccount(metadata: ObjectMeta(name: name, namespace: namespace)))
        guard let role else { return }
        _ = try await api.create(
            RoleBinding(
                metadata: ObjectMeta(name: name, namespace: namespace),
                roleRef: RoleRef(kind: "Role", name: "clawkit:\(role)", apiGroup: "rbac.authorization.k8s.io"),
                subjects: [Subject(kind: "ServiceAccount", name: name, namespace: namespace)]))
    }

    private static func token(
        _ platform: TestPlatform, _ name: String = "ci", in namespace: String = "demo",
        for audiences: [String] = [audience]
    ) async throws -> Secret<String> {
        try await platform.cluster.client.requestToken(
            forServiceAccount: name, in: namespace, audiences: audiences
        ).token
    }

    @Test("it has the role that its project's namespace binds it to, there and nowhere else, and never administers")
    func role() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            _ = await platform.call(.post, "/api/v1/projects", ["name": "other", "tenant": "acme"])
            try await Self.account(platform, role: "developer")
            let token = try await Self.token(platform)
            let me = await platform.call(.get, "/api/v1/me", as: token)
            #expect(me.json["user"] == "system:serviceaccount:demo:ci", "\(me.text)")
            #expect(me.json["projects"] == [["project": "demo", "role": "developer"]])
            #expect(me.json["administrator"] == false)
            let projects = await platform.call(.get, "/api/v1/projects", as: token).json["items"]?.array
            #expect(projects?.compactMap { $0["name"]?.string } == ["demo"])
            #expect(await platform.call(.get, "/api/v1/projects/demo/runtimes", as: token).status == .ok)
            #expect(await platform.call(.get, "/api/v1/projects/other/runtimes", as: token).code == "E_FORBIDDEN")
            let wish: JSON = ["name": "ada", "user": "ada"]
            #expect(
                await platform.call(.post, "/api/v1/projects/demo/runtimes", wish, as: token).code == "E_NOT_OWNER")
            #expect(await platform.call(.post, "/api/v1/tenants", ["name": "mine"], as: token).code == "E_SCOPE")
            #expect(await platform.call(.get, "/api/v1/users", as: token).code == "E_FORBIDDEN")
            #expect(await platform.call(.post, "/api/v1/me/tokens", ["label": "x"], as: token).code == "E_FORBIDDEN")
            let session: JSON = ["token": .string(token.reveal())]
            #expect(await platform.call(.post, "/api/v1/sessions", session, as: nil).code == "E_SESSION")
            #expect(await platform.call(.get, "/r/demo/ada/", as: token).status == .unauthorized)
        }
    }

    @Test("a manager's service makes runtimes for members; without a binding there is no right at all")
    func manager() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo()
            try await Self.account(platform, role: "manager")
            let made = await platform.call(
                .post, "/api/v1/projects/demo/runtimes", ["name": "ada", "user": "ada"],
                as: try await Self.token(platform))
            #expect(made.status == .accepted, "\(made.text)")
            try await Self.account(platform, "bare")
            let bare = try await Self.token(platform, "bare")
            #expect(await platform.call(.get, "/api/v1/me", as: bare).json["roles"] == [])
            #expect(await platform.call(.get, "/api/v1/projects/demo", as: bare).code == "E_FORBIDDEN")
            try await Self.account(platform, "reader", role: "viewer")
            let reader = try await Self.token(platform, "reader")
            #expect(await platform.call(.get, "/api/v1/projects/demo/runtimes", as: reader).status == .ok)
            #expect(
                await platform.call(.post, "/api/v1/projects/demo/runtimes/ada/stop", as: reader).code == "E_SCOPE")
        }
    }

    @Test("a token for others, of no project, or of an account that is gone is nobody's")
    func refused() async throws {
        let time = VirtualTime(startingAt: SystemTime().now)
        try await withPlatform(time: time) { platform in
            _ = try await platform.prepareDemo()
            try await Self.account(platform, role: "viewer")
            let api = platform.cluster.client
            func code(_ token: Secret<String>) async -> String? {
                await platform.call(.get, "/api/v1/me", as: token).code
            }
            #expect(await code(try await Self.token(platform, for: [])) == "E_SESSION")
            #expect(await code(try await Self.token(platform, for: ["clawkit.dev/models"])) == "E_SESSION")
            _ = try await api.create(Namespace(metadata: ObjectMeta(name: "stray")))
            try await Self.account(platform, in: "stray")
            #expect(await code(try await Self.token(platform, in: "stray")) == "E_SESSION")
            let good = try await Self.token(platform)
            #expect(await code(good) == nil)
            let parts = good.reveal().split(separator: ".")
            #expect(await code(Secret("\(parts[0]).\(parts[1]).AAAA")) == "E_SESSION")
            try await api.delete(ServiceAccount.self, "ci", in: "demo")
            time.advance(by: .seconds(2))
            #expect(await code(good) == "E_SESSION")
        }
    }
}

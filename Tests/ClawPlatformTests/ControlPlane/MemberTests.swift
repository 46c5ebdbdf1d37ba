import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import Testing

@testable import ClawPlatform

@Suite("Members of projects")
struct MemberTests {
    private static let path = "/api/v1/projects/demo/members"

    @Test("owners say one by one who is a member; whoever is none sees nothing of the project")
    func oneByOne() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "viewer")])
            let (ada, bob) = (tokens["ada"], tokens["bob"])
            let eve = await platform.call(.post, "/api/v1/users", ["name": "eve"]).json["token"]?.string.map { Secret($0) }
            #expect(await platform.call(.get, Self.path, as: eve).code == "E_FORBIDDEN")
            #expect(await platform.call(.put, "\(Self.path)/eve", ["role": "viewer"], as: bob).code == "E_FORBIDDEN")
            let put = await platform.call(.put, "\(Self.path)/eve", ["role": "developer"], as: ada)
            #expect(put.json == ["user": "eve", "role": "developer"])
            #expect(await platform.call(.get, Self.path, as: eve).json["items"]?.array?.count == 3)
            #expect(await platform.call(.put, "\(Self.path)/eve", ["role": "manager"], as: ada).status == .ok)
            let me = await platform.call(.get, "/api/v1/me", as: eve).json
            #expect(me["projects"] == [["project": "demo", "role": "manager"]])
            #expect(await platform.call(.delete, "\(Self.path)/eve", as: ada).status == .noContent)
            #expect(await platform.call(.get, "/api/v1/projects/demo", as: eve).code == "E_FORBIDDEN")
            #expect(await platform.call(.delete, "\(Self.path)/eve", as: ada).code == "E_NOT_FOUND")
            #expect(await platform.call(.put, "\(Self.path)/zoe", ["role": "viewer"], as: ada).code == "E_INVALID")
            #expect(await platform.call(.put, "\(Self.path)/eve", ["role": "king"], as: ada).code == "E_BAD_REQUEST")
            #expect(await platform.call(.put, "\(Self.path)/eve", [:], as: ada).code == "E_BAD_REQUEST")
        }
    }

    @Test("the last owner stays one, unless an administrator says otherwise")
    func lastOwner() async throws {
        try await withPlatform { platform in
            let ada = try await platform.prepareDemo([("ada", "owner"), ("bob", "viewer")])["ada"]
            #expect(await platform.call(.put, "\(Self.path)/ada", ["role": "viewer"], as: ada).code == "E_INVALID")
            #expect(await platform.call(.delete, "\(Self.path)/ada", as: ada).code == "E_INVALID")
            #expect(await platform.call(.put, "\(Self.path)/bob", ["role": "owner"], as: ada).status == .ok)
            #expect(await platform.call(.delete, "\(Self.path)/ada", as: ada).status == .noContent)
            #expect(await platform.call(.delete, "\(Self.path)/bob").status == .noContent)
        }
    }

    @Test("two owners who take each other out at once leave one of them, or both")
    func duel() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("bob", "owner")])
            for _ in 0..<10 {
                async let first = platform.call(.delete, "\(Self.path)/bob", as: tokens["ada"])
                async let second = platform.call(.delete, "\(Self.path)/ada", as: tokens["bob"])
                let answers = await [first, second]
                #expect(answers.allSatisfy { $0.status == .noContent || $0.code != nil })
                let members = try await platform.cluster.client.list(Member.self, in: "demo").items
                #expect(members.contains { $0.role == .owner })
                for user in ["ada", "bob"] {
                    #expect(await platform.call(.put, "\(Self.path)/\(user)", ["role": "owner"]).status == .ok)
                }
            }
        }
    }

    @Test("with kubectl a Member is the same: rights in the cluster, and sight of the project")
    func applied() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([("ada", "owner")])
            let eve = await platform.call(.post, "/api/v1/users", ["name": "eve"]).json["token"]?.string.map { Secret($0) }
            let owner = platform.cluster.client.impersonating(user: "clawkit:ada")
            _ = try await platform.cluster.client.wait(for: RoleBinding.self, "clawkit:owner", in: "demo", until: .exists, deadline: .seconds(60))
            _ = try await owner.create(Member("eve", of: "demo", role: .viewer))
            #expect(await platform.call(.get, "/api/v1/projects/demo", as: eve).status == .ok)
            let binding = try await platform.cluster.client.wait(
                for: RoleBinding.self, "clawkit:viewer", in: "demo", until: .exists, deadline: .seconds(60))
            #expect(binding?.subjects.map(\.name) == ["clawkit:eve"])
            let viewer = platform.cluster.client.impersonating(user: "clawkit:eve")
            await #expect(throws: KubernetesError.self) {
                _ = try await viewer.create(Member("zoe", of: "demo", role: .owner))
            }
            try await owner.delete(Member.self, "eve", in: "demo")
            #expect(await platform.call(.get, "/api/v1/projects/demo", as: eve).code == "E_FORBIDDEN")
            // A member of a namespace that is no project's is a member of nothing.
            _ = try await platform.cluster.client.create(Member("eve", of: "default", role: .owner))
            #expect(await platform.call(.get, "/api/v1/projects/default", as: eve).code == "E_FORBIDDEN")
        }
    }
}

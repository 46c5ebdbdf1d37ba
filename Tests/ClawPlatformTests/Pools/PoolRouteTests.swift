import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("Pools over HTTP")
struct PoolRouteTests {
    @Test("owners set, change, see and remove a project's pools; others see them")
    func life() async throws {
        try await withPlatform { platform in
            let tokens = try await platform.prepareDemo([("ada", "owner"), ("dev", "developer")])
            let (ada, dev) = (try #require(tokens["ada"]), try #require(tokens["dev"]))
            let path = "/api/v1/projects/demo/pools/warm"
            let made = await platform.call(.put, path, ["template": "agents", "size": 2], as: ada)
            #expect(made.status == .ok && made.json["size"] == 2, "\(made.text)")
            let changed = await platform.call(.put, path, ["max": 9, "update": "Recreate"], as: ada)
            #expect(changed.json["size"] == 2 && changed.json["template"] == "agents")
            #expect(changed.json["forecast"]?["max"] == 9 && changed.json["update"] == "Recreate")
            #expect(await platform.call(.put, path, ["size": 3], as: dev).code == "E_FORBIDDEN")
            #expect(await platform.call(.delete, path, as: dev).code == "E_FORBIDDEN")
            let list = await platform.call(.get, "/api/v1/projects/demo/pools", as: dev).json["items"]?.array
            #expect(list?.compactMap { $0["name"]?.string } == ["warm"])
            #expect(await platform.call(.put, path, ["update": "Never"], as: ada).status == .badRequest)
            #expect(await platform.call(.put, path, ["size": -1], as: ada).status.code / 100 == 4)
            #expect(await platform.call(.delete, path, as: ada).status == .noContent)
            #expect(await platform.call(.get, path, as: ada).code == "E_NOT_FOUND")
        }
    }
}

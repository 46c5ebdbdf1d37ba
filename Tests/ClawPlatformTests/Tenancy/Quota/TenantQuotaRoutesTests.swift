import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes
import Testing

@testable import ClawPlatform

@Suite("A tenant's quota over HTTP")
struct TenantQuotaRoutesTests {
    private func used(_ platform: TestPlatform, _ name: String) async throws -> Quantity? {
        try await QuotaLedger(platform.store).standing(of: "acme").used[name]
    }

    @Test("projects have what they are given, the sum never more than the tenant's; what goes gives room")
    func projects() async throws {
        try await withPlatform { platform in
            let tenant = await platform.call(.post, "/api/v1/tenants", ["name": "acme", "quota": ["pods": "30"]])
            #expect(tenant.status == .created, "\(tenant.text)")
            #expect(tenant.json["quota"] == ["pods": "30"])
            let open = await platform.call(.post, "/api/v1/projects", ["name": "open", "tenant": "acme"])
            #expect(open.code == "E_QUOTA_TENANT")
            #expect(open.json["field"] == "quota.pods")
            #expect(try await platform.cluster.client.find(Project.self, "open") == nil)
            func project(_ name: String, _ pods: Int) async -> Answer {
                let quota: JSON = ["pods": .integer(Int64(pods))]
                return await platform.call(
                    .post, "/api/v1/projects", ["name": .string(name), "tenant": "acme", "quota": quota])
            }
            #expect(await project("one", 20).status == .created)
            let refused = await project("two", 11)
            #expect(refused.code == "E_QUOTA_TENANT")
            #expect(refused.json["details"]?["used"] == "20", "\(refused.text)")
            #expect(await project("two", 10).status == .created)
            #expect(try await used(platform, "pods") == "30")
            let more = await platform.call(.patch, "/api/v1/projects/two", ["quota": ["pods": 11]])
            #expect(more.code == "E_QUOTA_TENANT")
            let lower = await platform.call(.patch, "/api/v1/tenants/acme", ["quota": ["pods": "29"]])
            #expect(lower.code == "E_QUOTA_TENANT")
            #expect(await platform.call(.patch, "/api/v1/projects/one", ["quota": ["pods": 5]]).status == .ok)
            #expect(await platform.call(.patch, "/api/v1/tenants/acme", ["quota": ["pods": "29"]]).status == .ok)
            _ = await platform.call(.delete, "/api/v1/projects/one")
            try await eventually("its room is free") { try await used(platform, "pods") == "10" }
        }
    }

    @Test("what kubectl applies is counted too, and a tenant's quota that it changes holds")
    func applied() async throws {
        try await withPlatform { platform in
            _ = await platform.call(.post, "/api/v1/tenants", ["name": "acme"])
            let client = platform.cluster.client
            var project = Project(name: "byhand", tenant: "acme")
            project.spec.quota = ["pods": "12"]
            _ = try await client.create(project)
            try await eventually("it is counted") { try await used(platform, "pods") == "12" }
            _ = try await client.mergePatch(Tenant.self, "acme", ["spec": ["quota": ["pods": "15"]]])
            try await eventually("the cap holds") {
                try await QuotaLedger(platform.store).standing(of: "acme").cap["pods"] == "15"
            }
            let refused = await platform.call(
                .post, "/api/v1/projects", ["name": "more", "tenant": "acme", "quota": ["pods": 4]])
            #expect(refused.code == "E_QUOTA_TENANT")
        }
    }
}

import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("Enrolling capacity over the control plane")
struct CapacityRouteTests {
    private static let path = "/api/v1/capacity/edge"

    private static func register(_ platform: TestPlatform) async throws -> String {
        let made = await platform.call(
            .post, "/api/v1/capacity",
            ["name": "edge", "endpoint": "https://edge.example.org", "projects": ["demo"], "labels": ["zone=a"]])
        #expect(made.status == .created, "\(made.text)")
        #expect(made.json["phase"]?.string == "Registered")
        #expect(made.json["labels"]?["zone"]?.string == "a")
        return try #require(made.json["enrolmentToken"]?.string)
    }

    private static func enrol(_ platform: TestPlatform, _ token: String) async -> Answer {
        await platform.call(
            .post, "\(path)/enrol", ["enrolmentToken": .string(token), "programToken": "of-the-program"], as: nil)
    }

    private static func beat(_ platform: TestPlatform, _ token: String) async -> Answer {
        await platform.call(.post, "\(path)/heartbeat", ["token": .string(token)], as: nil)
    }

    @Test("the token enrols once; what is got for it beats; nothing that the platform keeps has either")
    func once() async throws {
        try await withPlatform { platform in
            let token = try await Self.register(platform)
            let enrolled = await Self.enrol(platform, token)
            #expect(enrolled.status == .ok, "\(enrolled.text)")
            #expect(await Self.enrol(platform, token).code == "E_SESSION")
            let signed = try #require(enrolled.json["token"]?.string)
            let heard = await Self.beat(platform, signed)
            #expect(heard.status == .ok, "\(heard.text)")
            let capacity = try await platform.cluster.client.get(RemoteCapacity.self, "edge")
            #expect(capacity.status.lastHeartbeat != nil)
            #expect(capacity.status.epoch == 1)
            let kept = JSON.object(capacity.document).description
            #expect(!kept.contains(token) && !kept.contains(signed) && !kept.contains("of-the-program"))
            let secret = try await platform.cluster.client.get(
                KubernetesSecret.self, "capacity-edge", in: PlatformSettings.namespace)
            #expect(secret.data["token"] == Base64.encode(Array("of-the-program".utf8)))
            let shown = await platform.call(.get, Self.path)
            #expect(!shown.text.contains("okenHash"))
            #expect(await Self.beat(platform, signed).code == "E_THROTTLED")
        }
    }

    @Test("another enrolment makes the token of the one before void, and so does removal")
    func again() async throws {
        try await withPlatform { platform in
            let first = try #require(
                await Self.enrol(platform, try await Self.register(platform)).json["token"]?.string)
            let token = try #require(
                await platform.call(.post, "\(Self.path)/enrolment").json["enrolmentToken"]?.string)
            #expect(await Self.enrol(platform, "claw-enrol_wrong").code == "E_SESSION")
            let second = try #require(await Self.enrol(platform, token).json["token"]?.string)
            try await eventually("the cache has it") {
                platform.caches.cache(RemoteCapacity.self).get("edge")?.status.epoch == 2
            }
            #expect(await Self.beat(platform, first).code == "E_SESSION")
            #expect(await Self.beat(platform, second).status == .ok)
            #expect(await platform.call(.delete, Self.path).status == .noContent)
            try await eventually("the cache has it") {
                platform.caches.cache(RemoteCapacity.self).get("edge") == nil
            }
            #expect(await Self.beat(platform, second).code == "E_SESSION")
        }
    }

    @Test("an enrolment token holds for a quarter of an hour")
    func expiry() async throws {
        let time = VirtualTime()
        try await withPlatform(time: time) { platform in
            let token = try await Self.register(platform)
            time.advance(by: .seconds(901))
            #expect(await Self.enrol(platform, token).code == "E_SESSION")
        }
    }

    @Test("capacity's token opens nothing else, and nobody else's is one")
    func apart() async throws {
        try await withPlatform { platform in
            let ada = try #require(try await platform.prepareDemo()["ada"])
            let signed = try #require(
                await Self.enrol(platform, try await Self.register(platform)).json["token"]?.string)
            #expect(await platform.call(.get, "/api/v1/me", as: Secret(signed)).status == .unauthorized)
            let cookie = Request(.get, "http://claw.test/api/v1/me", headers: [.cookie: "claw_session=\(signed)"])
            #expect(await platform.send(cookie).status == .unauthorized)
            #expect(await Self.beat(platform, ada.reveal()).status == .unauthorized)
            // Only administrators register, drain and see it.
            for method in [HTTPRequest.Method.get, .delete] {
                #expect(await platform.call(method, Self.path, as: ada).status == .forbidden)
            }
            #expect(await platform.call(.post, "\(Self.path)/enrolment", as: ada).status == .forbidden)
            #expect(await platform.call(.patch, Self.path, ["drain": true], as: ada).status == .forbidden)
            #expect(await platform.call(.patch, Self.path, ["drain": true]).json["drain"] == true)
        }
    }

    @Test("an endpoint that leads elsewhere is refused")
    func address() async throws {
        try await withPlatform { platform in
            let made = await platform.call(
                .post, "/api/v1/capacity", ["name": "edge", "endpoint": "https://169.254.169.254"])
            #expect(made.code == "E_CAPACITY_ADDRESS")
        }
    }
}

import ClawBase
import ClawDocuments
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("Capacity by command")
struct CapacityCommandTests {
    private final class Asked: Sendable {
        let lines = Mutex<[(line: String, body: JSON)]>([])
    }
    private let asked = Asked()

    private var bench: Bench {
        Bench { [asked] request in
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            asked.lines.withLock { $0.append(("\(request.method) \(request.path)", body)) }
            let edge: JSON = [
                "name": "edge", "phase": "Available", "runtimes": 4, "allocated": 1, "endpoint": "https://e",
                "trust": "MutualTLS",
            ]
            switch request.path {
            case "/api/v1/capacity" where request.method == .post, "/api/v1/capacity/edge/enrolment":
                return Answer.json(
                    ["name": "edge", "enrolmentToken": "claw-enrol_x", "enrolmentExpiresAt": "soon"], 201)
            case "/api/v1/capacity": return Answer.json(["items": [edge]])
            case "/api/v1/capacity/edge" where request.method == .delete: return Response(status: .noContent)
            case "/api/v1/capacity/edge/revoke": return Answer.json(["name": "edge", "phase": "Revoked"])
            case "/api/v1/capacity/edge": return Answer.json(edge)
            case "/api/v1/capacity/edge/enrol": return Answer.json(["token": "v2.signed", "heartbeatSeconds": 10])
            case "/api/v1/capacity/edge/heartbeat":
                return Answer.json(["phase": "Available", "drain": false, "token": "v2.renewed"])
            default: return Answer.missing
            }
        }
    }

    private var last: (line: String, body: JSON)? { asked.lines.withLock { $0.last } }

    @Test("enroll sends what was said, and the token stands alone on the last line")
    func enroll() async throws {
        let made = await bench.run(
            "capacity", "enroll", "edge", "--endpoint", "https://e", "--runtimes", "4", "--project", "demo", "--label",
            "zone=a")
        #expect(made.status == .ok && made.lines.last == "claw-enrol_x")
        #expect(last?.line == "POST /api/v1/capacity")
        #expect(
            last?.body == [
                "name": "edge", "endpoint": "https://e", "projects": ["demo"], "labels": ["zone=a"], "runtimes": 4,
            ])
        let required = await bench.run("capacity", "enroll", "edge", "--endpoint", "https://e", "--mutual-tls")
        #expect(required.status == .ok && last?.body["mutualTLS"] == true)
        #expect(await bench.run("capacity", "enroll", "edge").status == .usage)
        #expect(await bench.run("capacity", "enroll", "edge", "--again").lines.last == "claw-enrol_x")
        #expect(last?.line == "POST /api/v1/capacity/edge/enrolment")
    }

    @Test("list, show, drain and delete")
    func others() async throws {
        let list = await bench.run("capacity", "list")
        #expect(list.out.contains("edge") && list.out.contains("Available") && list.out.contains("1/4"))
        #expect(list.out.contains("TRUST") && list.out.contains("MutualTLS"))
        #expect(await bench.run("capacity", "show", "edge", "--output", "json").json?["phase"]?.string == "Available")
        #expect(await bench.run("capacity", "drain", "edge").status == .ok)
        #expect(last?.body == ["drain": true])
        #expect(await bench.run("capacity", "drain", "edge", "--off").status == .ok)
        #expect(last?.body == ["drain": false])
        #expect(await bench.run("capacity", "revoke", "edge").status == .ok)
        #expect(last?.line == "POST /api/v1/capacity/edge/revoke")
        #expect(await bench.run("capacity", "delete", "edge").status == .ok)
    }

    @Test("a heartbeat enrols first, keeps what it gets for nobody else to read, and never shows it")
    func heartbeat() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "edge-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: file) }
        var bench = bench
        bench.files = InMemorySecrets([.file(file): Secret("claw-enrol_x")])
        bench.environment["OPENCLAW_GATEWAY_TOKEN"] = "of-the-program"
        let heard = await bench.run("capacity", "heartbeat", "edge", "--token-file", file, "--output", "json")
        #expect(heard.status == .ok, "\(heard.error)")
        #expect(heard.json == ["phase": "Available", "drain": false])
        let sent = asked.lines.withLock { $0 }
        #expect(sent.map(\.line) == ["POST /api/v1/capacity/edge/enrol", "POST /api/v1/capacity/edge/heartbeat"])
        #expect(sent.first?.body == ["enrolmentToken": "claw-enrol_x", "programToken": "of-the-program"])
        #expect(sent.last?.body == ["token": "v2.signed", "ready": true])
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "v2.renewed")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}

import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("Checkpoints by command")
struct CheckpointCommandTests {
    private final class Asked: Sendable {
        let lines = Mutex<[(line: String, body: JSON)]>([])
    }
    private let asked = Asked()

    private var bench: Bench {
        Bench { [asked] request in
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            asked.lines.withLock { $0.append(("\(request.method) \(request.path)", body)) }
            switch request.method {
            case .post where request.path.hasSuffix("/restore"):
                return Answer.json(["operation": ["id": "7", "state": "running"]], 202)
            case .post: return Answer.json(body, 201)
            case .get:
                let kept: JSON = [
                    "name": "kept", "runtime": "ada", "phase": "Stored", "method": "Process", "sizeBytes": 42,
                ]
                return Answer.json(request.path.hasSuffix("/checkpoints") ? ["items": [kept]] : kept)
            case .delete: return Response(status: .noContent)
            default: return Answer.missing
            }
        }
    }

    @Test("create sends what was said and nothing else")
    func create() async throws {
        let made = await bench.run(
            "checkpoint", "create", "kept", "--project", "demo", "--runtime", "ada", "--ttl", "60", "--secret", "key")
        #expect(made.status == .ok && made.out == "checkpoint kept of ada asked for\n")
        let sent = asked.lines.withLock { $0.last }
        #expect(sent?.line == "POST /api/v1/projects/demo/checkpoints")
        #expect(sent?.body == ["name": "kept", "runtime": "ada", "ttlSeconds": 60, "secretName": "key"])
        let nothing = await bench.run("checkpoint", "create", "kept", "--project", "demo")
        #expect(nothing.status == .usage)
    }

    @Test("restore asks for an operation on the checkpoint's runtime")
    func restore() async throws {
        let outcome = await bench.run("checkpoint", "restore", "kept", "--project", "demo")
        #expect(outcome.status == .ok && outcome.out.contains("restore of demo/ada accepted as operation 7"), "\(outcome)")
        #expect(asked.lines.withLock { $0.last?.line } == "POST /api/v1/projects/demo/checkpoints/kept/restore")
    }

    @Test("list, show and delete")
    func others() async throws {
        let list = await bench.run("checkpoint", "list", "--project", "demo")
        #expect(list.out.contains("kept") && list.out.contains("Stored") && list.out.contains("42"))
        let show = await bench.run("checkpoint", "show", "kept", "--project", "demo", "--output", "json")
        #expect(try JSONParser.parse(Array(show.out.utf8))["phase"]?.string == "Stored")
        #expect(await bench.run("checkpoint", "delete", "kept", "--project", "demo").status == .ok)
        #expect(asked.lines.withLock { $0.last?.line } == "DELETE /api/v1/projects/demo/checkpoints/kept")
    }

    @Test("where an image is to be pushed is looked at before an archive is")
    func image() async throws {
        let bad = await bench.run(
            "checkpoint", "image", "/no/such.tar", "/no/such", "--container", "runtime", "--push", "nowhere")
        #expect(bad.status == .usage)
        #expect(bad.error.contains("--push"))
        let silent = await bench.run(
            "checkpoint", "image", "/no/such.tar", "/no/such", "--container", "runtime", "--push", "r.example.org/a:1",
            "--username", "ada")
        #expect(silent.status == .usage)
        #expect(silent.error.contains("--password-file"))
    }
}

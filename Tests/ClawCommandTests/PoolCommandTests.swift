import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("Pools by command")
struct PoolCommandTests {
    private final class Asked: Sendable {
        let lines = Mutex<[(line: String, body: JSON)]>([])
    }
    private let asked = Asked()

    private var bench: Bench {
        Bench { [asked] request in
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            asked.lines.withLock { $0.append(("\(request.method) \(request.path)", body)) }
            let pool: JSON = [
                "name": "warm", "size": 3, "wanted": 3, "warm": 2, "starting": 1, "ready": false, "reason": "Unschedulable",
            ]
            switch request.method {
            case .put: return Answer.json(pool)
            case .get: return Answer.json(request.path.hasSuffix("/pools") ? ["items": [pool]] : pool)
            case .delete: return Response(status: .noContent)
            default: return Answer.missing
            }
        }
    }

    @Test("set sends what was said and nothing else")
    func set() async throws {
        let made = await bench.run("pool", "set", "warm", "--project", "demo", "--size", "3", "--max", "9")
        #expect(made.status == .ok && made.out == "pool warm keeps 3 pods warm\n")
        let sent = asked.lines.withLock { $0.last }
        #expect(sent?.line == "PUT /api/v1/projects/demo/pools/warm")
        #expect(sent?.body == ["size": 3, "max": 9])
    }

    @Test("list says how many are warm, and why not all are")
    func list() async throws {
        let listed = await bench.run("pool", "list", "--project", "demo")
        #expect(listed.out.contains("warm") && listed.out.contains("default") && listed.out.contains("Unschedulable"))
    }

    @Test("delete removes the one that is named")
    func delete() async throws {
        #expect(await bench.run("pool", "delete", "warm", "--project", "demo").status == .ok)
        #expect(asked.lines.withLock { $0.last?.line } == "DELETE /api/v1/projects/demo/pools/warm")
    }
}

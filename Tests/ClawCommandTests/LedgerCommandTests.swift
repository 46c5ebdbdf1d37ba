import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("Keys, usage and budgets")
struct LedgerCommandTests {
    /// Echoes what is written, and remembers how it was asked.
    private final class Asked: Sendable {
        private let state = Mutex<[String]>([])
        var last: String? { state.withLock { $0.last } }
        func note(_ request: Request) { state.withLock { $0.append("\(request.method) \(request.head.path ?? "")") } }
    }
    private let asked = Asked()
    private var bench: Bench {
        Bench { [asked] request in
            asked.note(request)
            var body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            switch (request.method, String(request.path)) {
            case (.post, "/api/v1/keys"):
                (body["id"], body["key"]) = ("k1", "sk-claw_secret")
                return Answer.json(body, 201)
            case (.put, "/api/v1/limits"):
                body["id"] = "project/demo#month"
                return Answer.json(body)
            case (.get, "/api/v1/usage"):
                let sums: JSON = [
                    "rows": 5, "cost": "0.3", "tokens": ["input": 7, "cached": 1, "output": 4],
                    "amounts": ["model": 2, "pod": 5400, "cpu": 360_500],
                ]
                var group = sums
                group["value"] = request.head.path?.contains("by=meter") == true ? "cpu" : "ada"
                return Answer.json(["totals": sums, "groups": [group]])
            case (.get, "/api/v1/usage/export"):
                return Response(status: .ok, body: .bytes(Array("id,user\r\n1,ada\r\n".utf8)))
            case (.get, "/api/v1/limits"):
                return Answer.json([
                    "items": [["id": "project/demo#month", "limits": ["cost": "50"], "window": "month@UTC", "spent": ["cost": "3"]]]
                ])
            case (.get, "/api/v1/keys"): return Answer.json(["items": [["id": "k1", "label": "ci", "prefix": "sk-claw"]]])
            case (.delete, _): return Response(status: .noContent)
            default: return Answer.missing
            }
        }
    }

    @Test("a new key stands alone on the last line, and its limits are those that were asked for")
    func key() async {
        let text = await bench.run("key", "create", "ci", "--user", "ada", "--cost", "5", "--window", "day", "--rpm", "9")
        #expect(text.lines.last == "sk-claw_secret")
        let json = await bench.run("key", "create", "ci", "--model", "echo", "--cost", "5", "-o", "json").json
        #expect(json?["models"] == ["echo"])
        #expect(json?["limits"] == [["name": "budget", "cost": "5", "window": "forever"]])
        #expect(await bench.run("key", "create", "ci", "--window", "day").status == .usage)
        #expect(await bench.run("key", "list", "--user", "ada smith").out.contains("sk-claw…"))
        #expect(asked.last == "GET /api/v1/keys?user=ada%20smith")
        #expect(await bench.run("key", "delete", "k1").out == "key k1 deleted\n")
    }

    @Test("usage is a table with its total")
    func usage() async {
        let found = await bench.run("usage", "--by", "user", "--project", "demo", "--from", "2026-05-06")
        #expect(
            found.out == """
                USER   REQUESTS  INPUT  CACHED  OUTPUT  POD-H  CPU-H  COST
                ada    2         7      1       4       1.500  0.100  $0.3
                total  2         7      1       4       1.500  0.100  $0.3

                """)
        #expect(asked.last == "GET /api/v1/usage?by=user&from=2026-05-06&project=demo")
        #expect(await bench.run("usage", "--by", "meter").lines[1...] == ["cpu    0.100   core-hours  $0.3", "total  -       -           $0.3"])
        #expect(await bench.run("usage").status == .ok)
        #expect(asked.last == "GET /api/v1/usage?by=model&meter=model", "of models only what models used")
        #expect(await bench.run("usage", "--export", "csv", "--tenant", "acme").out == "id,user\r\n1,ada\r\n")
        #expect(asked.last == "GET /api/v1/usage/export?format=csv&tenant=acme")
        #expect(await bench.run("usage", "--by", "colour").status == .usage)
    }

    @Test("budgets are set, listed and taken away")
    func budgets() async {
        let made = await bench.run("budget", "set", "project/demo", "month", "--cost", "50", "--window", "month@Europe/Berlin")
        #expect(made.out == "budget project/demo#month set\n")
        #expect(await bench.run("budget", "list").lines.last == "project/demo#month  cost=50  month@UTC  cost=3  -")
        #expect(await bench.run("budget", "delete", "project/demo", "month").status == .ok)
        #expect(asked.last == "DELETE /api/v1/limits?id=project%2Fdemo%23month")
    }
}

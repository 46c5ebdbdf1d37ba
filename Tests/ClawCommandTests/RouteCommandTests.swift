import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("Routes by command")
struct RouteCommandTests {
    private final class Asked: Sendable {
        let lines = Mutex<[(line: String, body: JSON)]>([])
    }
    private let asked = Asked()

    private var bench: Bench {
        Bench { [asked] request in
            let body = (try? await request.body.collect(limit: 1 << 20)).flatMap { try? JSONParser.parse($0) } ?? .null
            asked.lines.withLock { $0.append(("\(request.method) \(request.path)", body)) }
            switch request.method {
            case .post:
                return body["host"] == "taken.example.org"
                    ? Answer.finding("E_HOST_CONFLICT", "taken.example.org/ belongs to another project.", 409)
                    : Answer.json(body, 201)
            case .get:
                let shop: JSON = [
                    "name": "shop", "host": "shop.example.org", "path": "/", "service": "web", "port": 80,
                    "access": "everybody", "phase": "Routed",
                ]
                return Answer.json(request.path.hasSuffix("/routes") ? ["items": [shop]] : shop)
            case .delete: return Response(status: .noContent)
            default: return Answer.missing
            }
        }
    }

    @Test("create says what leads where; what makes no sense is a usage error, and a taken host a refusal")
    func create() async throws {
        let made = await bench.run(
            "route", "create", "shop", "--project", "demo", "--host", "shop.example.org", "--service", "web", "--port", "80",
            "--access", "everybody")
        #expect(made.status == .ok && made.out == "route shop created: shop.example.org/\n")
        let sent = asked.lines.withLock { $0.last }
        #expect(sent?.line == "POST /api/v1/projects/demo/routes")
        #expect(
            sent?.body == [
                "name": "shop", "host": "shop.example.org", "service": "web", "access": "everybody", "port": 80,
            ])
        for outcome in [
            await bench.run("route", "create", "a", "--project", "demo", "--host", "a.b"),
            await bench.run("route", "create", "a", "--project", "demo", "--host", "a.b", "--service", "web"),
            await bench.run("route", "create", "a", "--project", "demo", "--host", "a.b", "--runtime", "r", "--port", "1"),
            await bench.run(
                "route", "create", "a", "--project", "demo", "--host", "a.b", "--runtime", "r", "--service", "s", "--port", "1"),
        ] {
            #expect(outcome.status == .usage)
        }
        let taken = await bench.run(
            "route", "create", "a", "--project", "demo", "--host", "taken.example.org", "--runtime", "ada")
        #expect(taken.status == .refused && taken.error.contains("E_HOST_CONFLICT"))
    }

    @Test("list and show say where a route leads; delete takes it away")
    func others() async throws {
        let list = await bench.run("route", "list", "--project", "demo")
        #expect(list.out.contains("shop.example.org") && list.out.contains("web:80") && list.out.contains("Routed"))
        #expect(await bench.run("route", "show", "shop", "--project", "demo").out.contains("everybody"))
        #expect(await bench.run("route", "delete", "shop", "--project", "demo").status == .ok)
        #expect(asked.lines.withLock { $0.last?.line } == "DELETE /api/v1/projects/demo/routes/shop")
    }
}

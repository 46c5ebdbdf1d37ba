import ClawBase
import ClawKubernetes
import ClawPlatform
import ClawResources
import Testing

@Suite("Addresses of routes")
struct RouteRulesTests {
    private static let context = RoutingContext(publicURL: "https://claw.test:8443", domain: "apps.test")

    private static func route(
        _ project: String, _ host: String, path: String = "/", runtime: String? = nil, name: String = "r", made: Int = 1
    ) -> Route {
        var route = Route(
            metadata: ObjectMeta(name: name, namespace: project),
            spec: runtime.map { RouteSpec(host: host, path: path, runtime: $0) }
                ?? RouteSpec(host: host, path: path, service: "web", port: 80))
        route.metadata.creationTimestamp = "2026-01-01T00:00:0\(made)Z"
        return route
    }

    @Test(
        "what is the platform's, another project's name, or another runtime's own host is nobody's to take",
        arguments: [
            ("claw.test", nil, false), ("apps.test", nil, false), ("shop.example.org", nil, true),
            ("ada-demo.apps.test", "ada", true), ("ada-demo.apps.test", "bob", false), ("ada-demo.apps.test", nil, false),
            ("web.demo.apps.test", nil, true), ("a.b.demo.apps.test", "ada", true), ("web.other.apps.test", nil, false),
            ("ada-other.apps.test", "ada", false), ("demo.apps.test", nil, false), ("x.apps.test", nil, false),
            ("xapps.test", nil, true),
        ] as [(String, String?, Bool)])
    func reserved(host: String, runtime: String?, isAllowed: Bool) {
        let findings = RouteRules.findings(Self.route("demo", host, runtime: runtime), among: [], Self.context)
        #expect(findings.isEmpty == isAllowed)
        #expect(findings.allSatisfy { $0.code == .hostConflict && $0.field == "spec.host" })
    }

    @Test("a runtime's own host is its whole host: no path of it leads elsewhere")
    func ownHost() {
        let part = Self.route("demo", "ada-demo.apps.test", path: "/x", runtime: "ada")
        #expect(RouteRules.findings(part, among: [], Self.context).count == 1)
    }

    @Test("a host belongs to one project, and in it a path to one route; whose it is, strangers are not told")
    func conflicts() throws {
        let first = Self.route("demo", "shop.example.org", name: "first")
        func findings(_ route: Route) -> [Finding] { RouteRules.findings(route, among: [first], Self.context) }
        #expect(findings(first).isEmpty)
        #expect(findings(Self.route("demo", "shop.example.org", path: "/api", name: "second")).isEmpty)
        let same = try #require(findings(Self.route("demo", "shop.example.org", name: "second")).first)
        #expect(same.message.contains("the route first"))
        for path in ["/", "/api"] {
            let foreign = try #require(findings(Self.route("other", "shop.example.org", path: path, name: "first")).first)
            #expect(foreign.code == .hostConflict && !foreign.message.contains("demo") && !foreign.message.contains("first"))
        }
    }
}

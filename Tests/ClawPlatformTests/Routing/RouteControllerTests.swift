import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Testing

@testable import ClawPlatform

@Suite("Routes become what proxies read")
struct RouteControllerTests {
    /// A cluster with the controller of routes, a namespace `demo`, and the platform's settings published.
    private static func withController(
        _ driver: RoutingSettings.Driver, kinds: [any Resource.Type] = [],
        _ body: @escaping @Sendable (KubernetesClient, RecordingTransport) async throws -> Void
    ) async throws {
        try await EmbeddedCluster.withCluster { cluster in
            let api = cluster.client
            try await ClawGroup.install(in: api)
            for kind in kinds { _ = try await api.create(definition(of: kind)) }
            for name in ["demo", "other"] { _ = try await api.create(Namespace(metadata: ObjectMeta(name: name))) }
            try await PlatformSettings.publish(
                RuntimeContext(
                    templates: [], models: [], gatewayURL: "http://gw", publicURL: "https://claw.test", domain: "apps.test"),
                in: api)
            let calls = RecordingTransport(cluster.transport)
            let caches = SharedCaches(KubernetesClient(calls))
            let map = caches.cache(ConfigMap.self)
            let controller = RouteKind.controller(
                RoutingSettings(driver, accessURL: "http://cp:8080"), key: Secret("proxy_1"), caches: caches,
                context: {
                    map.get(PlatformSettings.name, in: PlatformSettings.namespace).flatMap(PlatformSettings.context)
                        .map { RoutingContext($0) }
                }, logger: silent)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await caches.run() }
                group.addTask { try await controller.run() }
                try await SystemTime().withDeadline(.seconds(120), "the test") { try await body(api, calls) }
            }
        }
    }

    private static func definition(of kind: any Resource.Type) -> CustomResourceDefinition {
        let type = kind.type
        return CustomResourceDefinition(document: [
            "metadata": [
                "name": .string("\(type.plural).\(type.group)"),
                "annotations": ["api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api/pull/2538"],
            ],
            "spec": [
                "group": .string(type.group), "scope": "Namespaced",
                "names": [
                    "kind": .string(type.kind), "plural": .string(type.plural), "listKind": .string("\(type.kind)List"),
                    "singular": .string(type.kind.lowercased()),
                ],
                "versions": [
                    [
                        "name": .string(type.version), "served": true, "storage": true,
                        "schema": ["openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
                    ]
                ],
            ],
        ])
    }

    private static func routed(
        _ api: KubernetesClient, _ name: String, in project: String = "demo", _ reason: String
    ) async throws -> Route {
        try await eventually("\(name) is \(reason)") {
            try await api.get(Route.self, name, in: project).status.conditions.first { $0.type == "Routed" }?.reason == reason
        }
        return try await api.get(Route.self, name, in: project)
    }

    private static let runtime = Route(
        metadata: ObjectMeta(name: "ada", namespace: "demo"),
        spec: RouteSpec(host: "ada-demo.apps.test", runtime: "ada", tlsSecret: "wildcard"))

    @Test("Traefik gets a gate that takes away every identity, and a route that names it; then nothing more is written")
    func traefik() async throws {
        try await Self.withController(
            .traefik(entryPoints: ["websecure"]), kinds: [IngressRoute.self, TraefikMiddleware.self]
        ) { api, calls in
            _ = try await api.create(Self.runtime)
            let route = try await Self.routed(api, "ada", "Routed")
            #expect(route.status.url == "https://ada-demo.apps.test/")
            let service = try await api.get(Service.self, "route-ada", in: "demo")
            #expect(service.spec?.selector == ["clawkit.dev/runtime": "ada"])
            #expect(service.spec?.ports.first?.targetPort == .string("http"))
            let gate = try await api.get(TraefikMiddleware.self, "route-ada-gate", in: "demo").spec?.forwardAuth
            #expect(gate?.address == "http://cp:8080/api/v1/access/check?host=ada-demo.apps.test" && gate?.trustForwardHeader == false)
            #expect(gate?.authResponseHeadersRegex == IdentityHeaders.expression)
            let key = try await api.get(TraefikMiddleware.self, "route-ada-headers", in: "demo")
            #expect(key.spec?.headers?.customRequestHeaders == ["X-Claw-Proxy-Key": "proxy_1"])
            let rule = try await api.get(IngressRoute.self, "route-ada", in: "demo")
            #expect(rule.spec?.entryPoints == ["websecure"] && rule.spec?.tls?.secretName == "wildcard")
            #expect(rule.spec?.routes.first?.match == "Host(`ada-demo.apps.test`)")
            #expect(rule.spec?.routes.first?.middlewares.map(\.name) == ["route-ada-headers", "route-ada-gate"])
            #expect(rule.spec?.routes.first?.services.first?.name == "route-ada")
            #expect(rule.metadata.ownerReferences.first?.uid == route.uid)

            // Something to look at again, and nothing to write for it.
            let writes = calls.exchanges.filter(\.isWrite).count
            for number in 1...3 {
                _ = try await api.mergePatch(
                    Route.self, "ada", in: "demo", ["metadata": ["annotations": ["touched": .string("\(number)")]]])
            }
            _ = try await api.create(
                Route(
                    metadata: ObjectMeta(name: "open", namespace: "demo"),
                    spec: RouteSpec(
                        host: "shop.example.org", path: "/shop", service: "web", port: 80, access: .everybody)))
            _ = try await Self.routed(api, "open", "Routed")
            let later = calls.exchanges.filter(\.isWrite).dropFirst(writes)
            #expect(later.allSatisfy { $0.path.contains("open") }, "\(later.map(\.path))")

            let open = try await api.get(IngressRoute.self, "route-open", in: "demo").spec?.routes.first
            #expect(open?.match == "Host(`shop.example.org`) && (Path(`/shop`) || PathPrefix(`/shop/`))")
            #expect(open?.middlewares.map(\.name) == ["route-open-headers"])
            #expect(open?.services.first?.name == "web")
            let strip = try await api.get(TraefikMiddleware.self, "route-open-headers", in: "demo").spec?.headers
            #expect(strip?.customRequestHeaders["X-Claw-User"] == "")
            #expect(try await api.find(TraefikMiddleware.self, "route-open-gate", in: "demo") == nil)
        }
    }

    @Test("what everybody may see below the platform's domain passes the gate too: browsers send the platform's cookie")
    func openBelowDomain() async throws {
        try await Self.withController(
            .traefik(entryPoints: []), kinds: [IngressRoute.self, TraefikMiddleware.self]
        ) { api, _ in
            _ = try await api.create(
                Route(
                    metadata: ObjectMeta(name: "open", namespace: "demo"),
                    spec: RouteSpec(host: "web.demo.apps.test", service: "web", port: 80, access: .everybody)))
            _ = try await Self.routed(api, "open", "Routed")
            #expect(try await api.find(TraefikMiddleware.self, "route-open-gate", in: "demo") != nil)
        }
    }

    @Test("an Ingress asks the gate by ingress-nginx's annotations, with the key out of projects' sight")
    func ingress() async throws {
        try await Self.withController(.ingress(className: "nginx")) { api, _ in
            _ = try await api.create(Self.runtime)
            _ = try await Self.routed(api, "ada", "Routed")
            let ingress = try await api.get(Ingress.self, "route-ada", in: "demo")
            #expect(ingress.spec?.ingressClassName == "nginx")
            #expect(ingress.spec?.tls.first?.secretName == "wildcard")
            let rule = ingress.spec?.rules.first
            #expect(rule?.host == "ada-demo.apps.test" && rule?.http?.paths.first?.pathType == "Prefix")
            #expect(rule?.http?.paths.first?.backend.service?.name == "route-ada")
            let notes = ingress.annotations.filter { $0.key.hasPrefix("nginx.ingress.kubernetes.io/") }
            #expect(
                notes == [
                    "nginx.ingress.kubernetes.io/auth-url": "http://cp:8080/api/v1/access/nginx?host=ada-demo.apps.test",
                    "nginx.ingress.kubernetes.io/auth-proxy-set-headers": "clawkit-system/proxy-headers",
                    "nginx.ingress.kubernetes.io/auth-response-headers":
                        "X-Claw-User,X-Claw-Runtime,X-OpenClaw-Token,Cookie,Authorization",
                    "nginx.ingress.kubernetes.io/auth-signin": "https://claw.test/login",
                    "nginx.ingress.kubernetes.io/auth-signin-redirect-param": "return",
                ])
            #expect(!"\(ingress)".contains("proxy_1"))
        }
    }

    @Test("an HTTPRoute leads to the control plane's proxy where the gate decides; a guarded service is refused")
    func gateway() async throws {
        let driver = RoutingSettings.Driver.gateway(
            name: "edge", namespace: "infra", controlPlane: .init(name: "cp", namespace: "clawkit-system", port: 8080))
        try await Self.withController(driver, kinds: [HTTPRoute.self]) { api, _ in
            _ = try await api.create(Self.runtime)
            _ = try await Self.routed(api, "ada", "Routed")
            let rendered = try await api.get(HTTPRoute.self, "route-ada", in: "demo").spec
            #expect(rendered?.parentRefs.first?.name == "edge" && rendered?.hostnames == ["ada-demo.apps.test"])
            #expect(rendered?.rules.first?.backendRefs.first?.name == "cp")
            #expect(rendered?.rules.first?.backendRefs.first?.namespace == "clawkit-system")
            _ = try await api.create(
                Route(
                    metadata: ObjectMeta(name: "web", namespace: "demo"),
                    spec: RouteSpec(host: "web.demo.apps.test", service: "web", port: 80)))
            let refused = try await Self.routed(api, "web", "Unsupported")
            #expect(refused.status.url == nil)
            #expect(try await api.find(HTTPRoute.self, "route-web", in: "demo") == nil)
        }
    }

    @Test("of two that contend the older keeps the host; when it goes, the younger gets it")
    func conflict() async throws {
        try await Self.withController(
            .traefik(entryPoints: []), kinds: [IngressRoute.self, TraefikMiddleware.self]
        ) { api, _ in
            func route(_ project: String) -> Route {
                Route(
                    metadata: ObjectMeta(name: "web", namespace: project),
                    spec: RouteSpec(host: "shop.example.org", service: "web", port: 80))
            }
            // In the same second the namespace's name decides.
            _ = try await api.create(route("demo"))
            _ = try await Self.routed(api, "web", "Routed")
            _ = try await api.create(route("other"))
            let late = try await Self.routed(api, "web", in: "other", "Conflict")
            #expect(late.status.conditions.first?.status == "False" && late.status.url == nil)
            #expect(try await api.find(IngressRoute.self, "route-web", in: "other") == nil)
            try await api.delete(Route.self, "web", in: "demo")
            _ = try await Self.routed(api, "web", in: "other", "Routed")
            #expect(try await api.find(IngressRoute.self, "route-web", in: "other") != nil)
        }
    }

    @Test("admission refuses a taken host at once, also one that was admitted a moment ago; labels may always change")
    func admission() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            try await ClawGroup.install(in: cluster.client)
            let caches = SharedCaches(cluster.client)
            let time = VirtualTime()
            let admission = RouteAdmission(caches: caches, time: time) {
                RoutingContext(publicURL: "https://claw.test", domain: nil)
            }
            func route(_ project: String) -> Route {
                Route(
                    metadata: ObjectMeta(name: "web", namespace: project),
                    spec: RouteSpec(host: "shop.example.org", service: "web", port: 80))
            }
            try admission.check(route("demo"), isDryRun: true)
            try admission.check(route("demo"))
            try admission.check(route("demo"))
            let refused = #expect(throws: Finding.self) { try admission.check(route("other")) }
            #expect(refused?.code == .hostConflict)
            try admission.check(route("other"), replacing: route("other"))
            // What was admitted and never stored blocks nobody for long.
            time.advance(by: .seconds(11))
            try admission.check(route("other"))
        }
    }
}

import ClawKit
import Foundation
import Testing

@Suite("Traefik in front of the platform", .enabled(if: Traefik.program != nil, Traefik.missing))
struct TraefikTests {
    @Test("routes by hand: everybody to their own, spoofed headers dropped, WebSockets, a revoked session", .timeLimit(.minutes(5)))
    func byHand() async throws {
        try await FrontedPlatform.run(start: { site in
            let api = try site.platform.kubernetes
            try await Traefik.define(in: api)
            let token = try await Traefik.account(in: api)
            try await Self.routeControlPlane(site, api)
            try await Self.route(site, api)
            return try await Traefik.start(site, token: token)
        }) { site in
            try await ProxyWalk.run(site)
        }
    }

    @Test("routes of the platform's: rendered for Traefik, the same walk; a taken host is refused", .timeLimit(.minutes(5)))
    func rendered() async throws {
        let settings = "\nrouting: {driver: traefik, entryPoints: [web]}"
        try await FrontedPlatform.run(
            settings: settings, before: { api in try await Traefik.define(in: api) },
            start: { site in
            let api = try site.platform.kubernetes
            let token = try await Traefik.account(in: api)
            try await Self.routeControlPlane(site, api)
            for runtime in ["ada", "bob", "mirror"] {
                let made = try await site.platform.claw(
                    "route", "create", runtime, "--project", "demo", "--runtime", runtime, "--host",
                    "\(runtime)-demo.\(FrontedPlatform.domain)")
                try #require(made.status == 0, "\(made.errors)")
            }
            return try await Traefik.start(site, token: token)
        }) { site in
            try await ProxyWalk.run(site)
            try await Self.conflicts(site)
        }
    }

    /// Through the API, and by hand past it, where the cluster's admission asks.
    private static func conflicts(_ site: FrontedPlatform) async throws {
        let host = "ada-demo.\(FrontedPlatform.domain)"
        let other = try await site.platform.claw("project", "create", "other", "--tenant", "acme")
        #expect(other.status == 0)
        let taken = try await site.platform.claw(
            "route", "create", "mine", "--project", "other", "--service", "web", "--port", "80", "--host", host)
        #expect(taken.status == 3 && taken.errors.contains("E_HOST_CONFLICT"))
        let api = try site.platform.kubernetes
        let theft = Route(
            metadata: ObjectMeta(name: "theft", namespace: "other"), spec: RouteSpec(host: host, service: "web", port: 80))
        let refused = await #expect(throws: KubernetesError.self) { try await api.create(theft) }
        #expect(refused?.message.contains("E_HOST_CONFLICT") == true)
        let list = try await site.platform.claw("route", "list", "--project", "demo")
        #expect(list.output.contains(host) && list.output.contains("Routed"))
        // What is taken away leads nowhere a moment later.
        #expect(try await site.platform.claw("route", "delete", "bob", "--project", "demo").status == 0)
        try await eventually("bob's address is gone") {
            try await site.status(site.url("bob", "/conversation"), cookie: site.bob) == 404 ? true : nil
        }
    }

    /// What Docs/access.md shows.
    private static func routeControlPlane(_ site: FrontedPlatform, _ api: KubernetesClient) async throws {
        let port = site.controlPlane.split(separator: ":").last.flatMap { Int($0) } ?? 0
        _ = try await api.create(
            Service(
                metadata: ObjectMeta(name: "control-plane", namespace: "traefik"),
                spec: ServiceSpec(
                    externalName: "127.0.0.1", ports: [ServicePort(port: port)], type: "ExternalName")))
        _ = try await api.create(
            IngressRoute(
                metadata: ObjectMeta(name: "control-plane", namespace: "traefik"),
                spec: .init(
                    routes: [
                        .init(
                            match: "Host(`\(FrontedPlatform.domain)`)", kind: "Rule",
                            services: [TraefikServiceReference(name: "control-plane", port: .int(port))])
                    ], entryPoints: ["web"])))
    }

    /// The same by hand that the platform renders.
    private static func route(_ site: FrontedPlatform, _ api: KubernetesClient) async throws {
        _ = try await api.create(
            TraefikMiddleware(
                metadata: ObjectMeta(name: "show-key", namespace: "demo"),
                spec: .init(headers: .init(customRequestHeaders: ["X-Claw-Proxy-Key": site.proxyKey]))))
        _ = try await api.create(
            TraefikMiddleware(
                metadata: ObjectMeta(name: "gate", namespace: "demo"),
                spec: .init(
                    forwardAuth: .init(
                        address: "\(site.controlPlane)/api/v1/access/check", trustForwardHeader: false,
                        authResponseHeadersRegex: IdentityHeaders.expression))))
        for runtime in ["ada", "bob", "mirror"] {
            _ = try await api.create(
                Service(
                    metadata: ObjectMeta(name: runtime, namespace: "demo"),
                    spec: ServiceSpec(
                        ports: [ServicePort(port: 80, targetPort: .string("http"))],
                        selector: ["clawkit.dev/runtime": runtime])))
            _ = try await api.create(
                IngressRoute(
                    metadata: ObjectMeta(name: runtime, namespace: "demo"),
                    spec: .init(
                        routes: [
                            .init(
                                match: "Host(`\(runtime)-demo.\(FrontedPlatform.domain)`)", kind: "Rule",
                                services: [TraefikServiceReference(name: runtime, port: 80)],
                                middlewares: [
                                    TraefikObjectReference(name: "show-key"), TraefikObjectReference(name: "gate"),
                                ])
                        ], entryPoints: ["web"])))
        }
    }
}

import ClawKit
import Foundation
import Testing

@Suite("Traefik in front of the platform", .enabled(if: Traefik.program != nil, Traefik.missing))
struct TraefikTests {
    @Test("routes by hand: everybody to their own, spoofed headers dropped, WebSockets, a revoked session", .timeLimit(.minutes(5)))
    func byHand() async throws {
        try await FrontedPlatform.run { site in
            let api = try site.platform.kubernetes
            let token = try await Traefik.install(in: api)
            try await Self.route(site, api)
            return try await Traefik.start(site, token: token)
        } _: { site in
            try await ProxyWalk.run(site)
        }
    }

    /// What Docs/access.md shows.
    private static func route(_ site: FrontedPlatform, _ api: KubernetesClient) async throws {
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

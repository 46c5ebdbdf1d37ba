import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources

extension RoutePlan {
    /// Middlewares, then the route that names them.
    func traefik(_ entryPoints: [String]) -> [Child] {
        let headers = isGuarded
            // The question carries every header of the request; this one says that a proxy of the platform's asks.
            ? ["X-Claw-Proxy-Key": key.reveal()]
            : Dictionary(uniqueKeysWithValues: Self.strippedHeaders.map { ($0, "") })
        var middlewares = [
            TraefikMiddleware(
                metadata: metadata("-headers"), spec: .init(headers: .init(customRequestHeaders: headers)))
        ]
        if isGuarded {
            middlewares.append(
                TraefikMiddleware(
                    metadata: metadata("-gate"),
                    spec: .init(
                        forwardAuth: .init(
                            address: checkURL(), trustForwardHeader: false,
                            authResponseHeadersRegex: IdentityHeaders.expression, maxResponseBodySize: 64 << 10))))
        }
        let rule = IngressRoute.Route(
            match: match, kind: "Rule",
            services: [TraefikServiceReference(name: backend.name, port: .int(backend.port))],
            middlewares: middlewares.map { TraefikObjectReference(name: $0.name) })
        return middlewares.map { Child($0) } + [
            Child(
                IngressRoute(
                    metadata: metadata(),
                    spec: .init(
                        routes: [rule], entryPoints: entryPoints,
                        tls: route.spec.tls.map { .init(secretName: $0.secretName) })), stage: 1)
        ]
    }

    /// Hosts and paths hold nothing that would have to be quoted: their schema sees to that.
    private var match: String {
        let (host, path) = (route.spec.host, route.spec.path)
        // Traefik's PathPrefix does not stop at segments.
        return path == "/" ? "Host(`\(host)`)" : "Host(`\(host)`) && (Path(`\(path)`) || PathPrefix(`\(path)/`))"
    }
}

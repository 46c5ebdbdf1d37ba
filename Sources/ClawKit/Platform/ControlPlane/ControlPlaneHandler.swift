import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes
import Logging

/// Sends each request to its route: by host to a runtime, else by path.
struct ControlPlaneHandler: Handler {
    private let router: Router
    private let proxy: RuntimeProxy
    private let check: AccessCheck
    let passages: OpenPassages
    let use: RuntimeUse
    private let hosts: RuntimeHosts
    private let routes: RouteIndex

    init(_ services: PlatformServices, _ runtimeTransport: any Transport) {
        hosts = RuntimeHosts(services.configuration)
        let pods = RuntimePods(services)
        use = RuntimeUse(services)
        let visits = CountedVisits(waker: RuntimeWaker(services), held: HeldRequests(services, pods), use: use)
        let proxies = services.configuration.proxyKey.map { key in
            TrustedProxies(key: key) { try await pods.token(of: $0) }
        }
        let directory = KubernetesAccessDirectory(
            caches: services.caches,
            context: RoutingContext(
                publicURL: services.configuration.publicURL, domain: services.configuration.domain))
        routes = directory.routes
        check = AccessCheck(
            authenticator: services.authenticator.serving(.runtimes), directory: directory,
            domain: services.configuration.domain, signInPath: LoginPages.path,
            publicURL: services.configuration.publicURL, proxies: proxies,
            time: services.time, visits: visits)
        passages = OpenPassages(services, check, use)
        proxy = RuntimeProxy(services, check: check, pods: pods, passages: passages, transport: runtimeTransport)
        router = Self.router(services, check, directory.routes)
    }

    func respond(to request: Request) async -> Response {
        if request.path.hasPrefix(AccessCheck.envoyPath), let answer = await check.envoyResponse(to: request) {
            return answer
        }
        // The proxy asks the gate itself: it knows page loads, wakes what sleeps, and passes headers on.
        if isForRuntime(request) { return await proxy.respond(to: request) }
        return await router.respond(to: request)
    }

    private func isForRuntime(_ request: Request) -> Bool {
        request.path.hasPrefix("/r/") || hosts.isRuntimeHost(request)
            || routes.knows(request.head.authority ?? request.headers[.host] ?? "")
    }

    private static func router(
        _ services: PlatformServices, _ check: AccessCheck, _ index: RouteIndex
    ) -> Router {
        let groups: [any RouteGroup] = [
            SessionRoutes(services), TenantRoutes(services), ProjectRoutes(services), MemberRoutes(services),
            PolicyRoutes(services), UserRoutes(services), RuntimeRoutes(services), OperationRoutes(services),
            UsageRoutes(services),
            ModelKeyRoutes(services), InvitationRoutes(services), PasswordRoutes(services), TokenRoutes(services),
            IdentityRoutes(services),
            AddressRoutes(services, index), CheckpointRoutes(services), CapacityRoutes(services),
            CapacityMemberRoutes(services),
            BundleRoutes(services), PoolRoutes(services),
            SystemRoutes(services, check: check),
        ]
        let routes = groups.flatMap(\.routes)
        var router = Router(
            authenticator: services.authenticator, log: services.log, translate: { Finding.translating($0) })
        for route in routes {
            router.on(
                route.method, RoutePattern(route.pattern), access: route.access, scope: route.scope,
                services.instrumented(route))
        }
        let openAPI = OpenAPIDocument(routes: routes, publicURL: services.configuration.publicURL).json.bytes()
        router.get("/openapi.json", access: .anybody) { _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(openAPI))
        }
        LoginPages(services).register(in: &router)
        return router
    }
}

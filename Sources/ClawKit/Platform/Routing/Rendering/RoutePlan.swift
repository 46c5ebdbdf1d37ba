import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources

/// What a route amounts to, whatever it is rendered to. Pure.
struct RoutePlan {
    let route: Route
    let accessURL: String
    let publicURL: String
    let key: Secret<String>
    /// Whether every request is decided by the gate. Below the platform's domain also what is for everybody: browsers
    /// send the platform's cookie there, and the gate takes it away.
    let isGuarded: Bool

    init(_ route: Route, _ context: RoutingContext, accessURL: String, key: Secret<String>) {
        (self.route, self.accessURL, self.key, publicURL) = (route, accessURL, key, context.publicURL)
        isGuarded = route.spec.access != .everybody || context.isBelowDomain(route.spec.host)
    }

    /// Where a proxy asks. The host is this route's, whatever a client says to be.
    func checkURL(_ proxy: String = "check") -> String { "\(accessURL)/api/v1/access/\(proxy)?host=\(route.spec.host)" }

    func metadata(_ suffix: String = "", annotations: [String: String] = [:]) -> ObjectMeta {
        ObjectMeta(name: "route-\(route.name)\(suffix)", namespace: route.namespace, annotations: annotations)
    }

    /// The service behind the route, and its port.
    var backend: (name: String, port: Int) {
        if let service = route.spec.service { return (service.name, service.port) }
        return (metadata().name ?? "", 80)
    }

    /// The service that stands for a runtime.
    var service: [Child] {
        guard let runtime = route.spec.runtime else { return [] }
        return [
            Child(
                Service(
                    metadata: metadata(),
                    spec: ServiceSpec(
                        ports: [ServicePort(port: backend.port, name: "http", targetPort: .string("http"))],
                        selector: ["clawkit.dev/runtime": runtime])))
        ]
    }

    /// Headers that a request must not have where no gate takes them away.
    static let strippedHeaders = [
        "X-Claw-User", "X-Claw-Runtime", "X-Claw-Proxy-Key", "X-OpenClaw-Token", "X-Forwarded-User", "X-Forwarded-Email",
        "X-Forwarded-Groups", "X-Forwarded-Preferred-Username", "X-Auth-Request-User", "X-Auth-Request-Email",
        "X-Auth-Request-Groups", "Remote-User", "X-Remote-User", "X-Remote-Group",
    ]
}

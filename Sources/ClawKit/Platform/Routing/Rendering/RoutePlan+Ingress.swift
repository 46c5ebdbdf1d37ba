import ClawControl
import ClawKubernetes
import ClawModels
import ClawResources

extension RoutePlan {
    /// An Ingress; where the gate decides, with the annotations by which ingress-nginx asks it.
    /// <https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#external-authentication>
    func ingress(_ className: String?) -> Child {
        let (host, path) = (route.spec.host, route.spec.path)
        let target = IngressServiceBackend(name: backend.name, port: ServiceBackendPort(number: backend.port))
        return Child(
            Ingress(
                metadata: metadata(annotations: annotations),
                spec: IngressSpec(
                    ingressClassName: className,
                    rules: [
                        IngressRule(
                            host: host,
                            http: HTTPIngressRuleValue(paths: [
                                HTTPIngressPath(
                                    backend: IngressBackend(service: target), pathType: "Prefix", path: path)
                            ]))
                    ], tls: route.spec.tls.map { [IngressTLS(hosts: [host], secretName: $0.secretName)] } ?? [])),
            stage: 1)
    }

    private var annotations: [String: String] {
        guard isGuarded else { return [:] }
        let prefix = "nginx.ingress.kubernetes.io/"
        return [
            // The key goes along from a ConfigMap of the platform's namespace, which projects cannot read.
            prefix + "auth-url": checkURL("nginx"),
            prefix + "auth-proxy-set-headers": "\(PlatformSettings.namespace)/\(PlatformSettings.proxyHeadersName)",
            prefix + "auth-response-headers": "X-Claw-User,X-Claw-Runtime,X-OpenClaw-Token,Cookie,Authorization",
            prefix + "auth-signin": "\(publicURL)/login", prefix + "auth-signin-redirect-param": "return",
        ]
    }
}

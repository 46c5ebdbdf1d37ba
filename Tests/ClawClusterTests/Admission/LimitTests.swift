import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Admission: limit ranges")
struct LimitTests {
    private static let range: JSON = [
        "metadata": ["name": "limits"],
        "spec": [
            "limits": [
                [
                    "type": "Container", "default": ["cpu": "500m"], "defaultRequest": ["cpu": "100m"], "max": ["cpu": "1"],
                    "min": ["cpu": "50m"], "maxLimitRequestRatio": ["cpu": "8"],
                ],
                ["type": "Pod", "max": ["cpu": "1500m"]],
                ["type": "PersistentVolumeClaim", "max": ["storage": "1Gi"]],
            ]
        ],
    ]

    private func limited(_ body: @escaping @Sendable (EmbeddedCluster) async throws -> Void) async throws {
        let cluster = try await EmbeddedCluster()
        let made = try await cluster.raw(.post, "/api/v1/namespaces/default/limitranges", Self.range)
        #expect(made.code == 201)
        try await body(cluster)
    }

    @Test("a container that does not say gets the defaults, and the pod says so")
    func defaults() async throws {
        try await limited { cluster in
            let made = try await cluster.raw(.post, Rejection.core("pods"), pod())
            let resources = made.json["spec"]?["containers"]?.array?.first?["resources"]
            #expect(resources == ["limits": ["cpu": "500m"], "requests": ["cpu": "100m"]])
            #expect(
                made.json["metadata"]?["annotations"]?["kubernetes.io/limit-ranger"]?.string
                    == "LimitRanger plugin set: cpu request for container c; cpu limit for container c")
        }
    }

    @Test(
        "what is beyond the limits is refused with each reason",
        arguments: [
            (["limits": ["cpu": "2"]],
             "[maximum cpu usage per Container is 1, but limit is 2, maximum cpu usage per Pod is 1500m, but limit is 2]"),
            (["requests": ["cpu": "10m"], "limits": ["cpu": "80m"]], "minimum cpu usage per Container is 50m, but request is 10m"),
            (["requests": ["cpu": "100m"], "limits": ["cpu": "900m"]],
             "cpu max limit to request ratio per Container is 8, but provided ratio is 9.000000"),
        ] as [(JSON, String)])
    func refusal(resources: JSON, reason: String) async throws {
        try await limited { cluster in
            let answer = try await cluster.raw(.post, Rejection.core("pods"), podWith(["resources": resources]))
            #expect(answer.code == 403)
            #expect(answer.message == "pods \"p\" is forbidden: \(reason)")
        }
    }

    @Test("claims are held to their bounds, when they are made and when they grow")
    func claims() async throws {
        try await limited { cluster in
            func claim(_ size: String) -> JSON {
                ["metadata": ["name": "c"],
                 "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(size)]]]]
            }
            let path = Rejection.core("persistentvolumeclaims")
            let large = try await cluster.raw(.post, path, claim("2Gi"))
            #expect(large.message?.hasSuffix("maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi") == true)
            let fitting = try await cluster.raw(.post, path, claim("1Gi"))
            #expect(fitting.code == 201)
        }
    }
}

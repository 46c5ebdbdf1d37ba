import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Pods are held against Kubernetes' rules")
struct PodValidationTests {
    private static let pods = Rejection.core("pods")

    static let rejections: [Rejection] = [
        Rejection(
            "a pod has a container", pods, ["metadata": ["name": "p"], "spec": ["containers": []]],
            "spec.containers: Required value"),
        Rejection(
            "a container has a name and an image", pods,
            ["metadata": ["name": "p"], "spec": ["containers": [["name": ""]]]],
            "spec.containers[0].name: Required value", "spec.containers[0].image: Required value"),
        Rejection(
            "names are labels, and unique", pods,
            pod {
                $0["spec"]?["containers"] = [
                    ["name": "a.b", "image": "x"], ["name": "c", "image": "x"], ["name": "c", "image": "y"],
                ]
            },
            "spec.containers[0].name: Invalid value: \"a.b\": must not contain dots",
            "spec.containers[2].name: Duplicate value: \"c\""),
        Rejection(
            "ports have numbers", pods,
            podWith(["ports": [["containerPort": 0], ["containerPort": 65536], ["containerPort": 1, "name": "-"]]]),
            "spec.containers[0].ports[0].containerPort: Required value",
            "spec.containers[0].ports[1].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive",
            "spec.containers[0].ports[2].name: Invalid value: \"-\": must contain at least one letter (a-z)",
            "spec.containers[0].ports[2].name: Invalid value: \"-\": must not begin or end with a hyphen"),
        Rejection(
            "a port of the host is taken once", pods,
            podWith(["ports": [["containerPort": 1, "hostPort": 80], ["containerPort": 2, "hostPort": 80]]]),
            "spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//80\""),
        Rejection(
            "what is mounted is there", pods, podWith(["volumeMounts": [["name": "data", "mountPath": "/data"]]]),
            "spec.containers[0].volumeMounts[0].name: Not found: \"data\""),
        Rejection(
            "a volume has one source", pods,
            pod { $0["spec"]?["volumes"] = [["name": "v", "emptyDir": [:], "hostPath": ["path": "/x"]]] },
            "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"),
        Rejection(
            "requests stay below limits", pods,
            podWith(["resources": ["requests": ["memory": "1Gi"], "limits": ["memory": "512Mi"]]]),
            "spec.containers[0].resources.requests: Invalid value: \"1Gi\": must be less than or equal to memory limit of 512Mi"
        ),
        Rejection(
            "huge pages are not overcommitted", pods, podWith(["resources": ["requests": ["hugepages-2Mi": "2Mi"]]]),
            "spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources"),
        Rejection(
            "a variable has one source", pods,
            podWith([
                "env": [
                    [
                        "name": "A",
                        "valueFrom": [
                            "configMapKeyRef": ["name": "m", "key": "k"], "secretKeyRef": ["name": "s", "key": "k"],
                        ],
                    ]
                ]
            ]),
            "spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not have more than one field specified at a time"
        ),
        Rejection(
            "a probe does something", pods, podWith(["livenessProbe": ["successThreshold": 2]]),
            "spec.containers[0].livenessProbe: Required value: must specify a handler type",
            "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"),
        Rejection(
            "tolerations make sense", pods,
            pod { $0["spec"]?["tolerations"] = [["operator": "Equal"], ["key": "k", "operator": "Gone"]] },
            "spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \\\"match all values and all keys\\\""
                .replacing("\\\"", with: "\""),
            "spec.tolerations[1].operator: Unsupported value: \"Gone\": supported values: \"Equal\", \"Exists\""),
        Rejection(
            "sidecars alone have hooks and probes among init containers", pods,
            pod {
                $0["spec"]?["initContainers"] = [
                    ["name": "i", "image": "x", "livenessProbe": ["exec": ["command": ["x"]]]]
                ]
            },
            "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always"
        ),
    ]

    @Test("refused, with every cause", arguments: rejections)
    func rejected(_ case: Rejection) async throws {
        let cluster = try await EmbeddedCluster()
        let answer = try await cluster.raw(.post, `case`.path, `case`.object)
        #expect(answer.code == 422, "\(answer.text)")
        #expect(answer.causes == `case`.causes)
    }

    @Test("images change, commands do not")
    func updates() async throws {
        let cluster = try await EmbeddedCluster()
        #expect(try await cluster.raw(.post, Self.pods, pod()).code == 201)
        func patch(_ container: JSONObject) async throws -> RawAnswer {
            try await cluster.raw(
                .patch, "\(Self.pods)/p", ["spec": ["containers": [.object(container)]]],
                type: "application/strategic-merge-patch+json")
        }
        #expect(try await patch(["name": "c", "image": "y"]).code == 200)
        let refused = try await patch(["name": "c", "command": ["sh"]])
        #expect(refused.code == 422)
        #expect(refused.json["details"]?["causes"]?[0]?["field"] == "spec")
    }
}

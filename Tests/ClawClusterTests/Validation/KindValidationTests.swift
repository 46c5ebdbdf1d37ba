import ClawCluster
import ClawDocuments
import HTTPTypes
import Testing

@Suite("Every kind is held against Kubernetes' rules")
struct KindValidationTests {
    private static let template: JSON = [
        "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "x"]]],
    ]

    static let rejections: [Rejection] = [
        Rejection(
            "labels and annotations have keys and values of a form", Rejection.core("configmaps"),
            ["metadata": ["name": "c", "labels": ["a": "not ok"], "annotations": ["x/": "v"]]],
            "metadata.labels: Invalid value: \"not ok\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            "metadata.annotations: Invalid value: \"x/\": name part must be non-empty",
            "metadata.annotations: Invalid value: \"x/\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        ),
        Rejection(
            "a key stands in data or in binaryData", Rejection.core("configmaps"),
            ["metadata": ["name": "c"], "data": ["k": "v", "..": "w"], "binaryData": ["k": "YQ=="]],
            "data[k]: Invalid value: \"k\": duplicate of key present in binaryData",
            "data[..]: Invalid value: \"..\": must not be '..'"),
        Rejection(
            "a typed secret has its keys", Rejection.core("secrets"),
            ["metadata": ["name": "s"], "type": "kubernetes.io/tls", "stringData": ["tls.crt": "x"]],
            "data[tls.key]: Required value"),
        Rejection(
            "several ports have names", Rejection.core("services"),
            ["metadata": ["name": "s"], "spec": ["ports": [["port": 80], ["port": 81, "name": "a"]]]],
            "spec.ports[0].name: Required value"),
        Rejection(
            "an external name is a name, and has no address", Rejection.core("services"),
            [
                "metadata": ["name": "s"],
                "spec": ["type": "ExternalName", "externalName": "UP", "clusterIPs": ["10.96.0.9"]],
            ],
            "spec.clusterIPs: Forbidden: may not be set for ExternalName services",
            "spec.externalName: Invalid value: \"UP\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        ),
        Rejection(
            "a node port is of the range", Rejection.core("services"),
            ["metadata": ["name": "s"], "spec": ["type": "NodePort", "ports": [["port": 80, "nodePort": 80]]]],
            "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"
        ),
        Rejection(
            "a deployment selects its pods", Rejection.grouped("apps/v1", "deployments"),
            ["metadata": ["name": "d"], "spec": ["selector": ["matchLabels": ["a": "c"]], "template": template]],
            "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`"),
        Rejection(
            "a rollout makes headway", Rejection.grouped("apps/v1", "deployments"),
            [
                "metadata": ["name": "d"],
                "spec": [
                    "selector": ["matchLabels": ["a": "b"]], "template": template, "progressDeadlineSeconds": 5,
                    "minReadySeconds": 5, "strategy": ["rollingUpdate": ["maxSurge": 0, "maxUnavailable": 0]],
                ],
            ],
            "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
            "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds"),
        Rejection(
            "a job's pods end", Rejection.grouped("batch/v1", "jobs"),
            ["metadata": ["name": "j"], "spec": ["template": template]],
            "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""),
        Rejection(
            "a schedule has five fields in their ranges", Rejection.grouped("batch/v1", "cronjobs"),
            [
                "metadata": ["name": "c"],
                "spec": [
                    "schedule": "0 24 * * *",
                    "jobTemplate": [
                        "spec": [
                            "template": [
                                "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "x"]]]
                            ]
                        ]
                    ],
                ],
            ],
            "spec.schedule: Invalid value: \"0 24 * * *\": end of range (24) above maximum (23): 24"),
        Rejection(
            "an ingress says which kind its paths are", Rejection.grouped("networking.k8s.io/v1", "ingresses"),
            [
                "metadata": ["name": "i"],
                "spec": [
                    "rules": [
                        [
                            "http": [
                                "paths": [
                                    ["path": "a//b", "pathType": "Prefix", "backend": ["service": ["name": "s"]]]
                                ]
                            ]
                        ]
                    ]
                ],
            ],
            "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must be an absolute path",
            "spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must not contain '//'",
            "spec.rules[0].http.paths[0].backend: Required value: port name or number is required"),
        Rejection(
            "a rule has verbs and resources", Rejection.grouped("rbac.authorization.k8s.io/v1", "roles"),
            ["metadata": ["name": "r"], "rules": [["apiGroups": [""]]]],
            "rules[0].verbs: Required value: verbs must contain at least one value",
            "rules[0].resources: Required value: resource rules must supply at least one resource"),
        Rejection(
            "a claim says how much and how", Rejection.core("persistentvolumeclaims"),
            ["metadata": ["name": "p"], "spec": [:]],
            "spec.accessModes: Required value: at least 1 access mode is required",
            "spec.resources[storage]: Required value"),
        Rejection(
            "a quota counts what is known", Rejection.core("resourcequotas"),
            ["metadata": ["name": "q"], "spec": ["hard": ["pods": "1500m"]]],
            "spec.hard[pods]: Invalid value: \"1500m\": must be an integer"),
        Rejection(
            "a taint has an effect", "/api/v1/nodes",
            ["metadata": ["name": "n"], "spec": ["taints": [["key": "k", "effect": "Never"]]]],
            "metadata.taints[0].effect: Unsupported value: \"Never\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\""
        ),
    ]

    @Test("refused, with every cause", arguments: rejections)
    func rejected(_ case: Rejection) async throws {
        let cluster = try await EmbeddedCluster()
        let answer = try await cluster.raw(.post, `case`.path, `case`.object)
        #expect(answer.code == 422, "\(answer.text)")
        #expect(answer.reason == "Invalid")
        #expect(answer.causes == `case`.causes)
    }
}

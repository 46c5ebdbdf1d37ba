import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import Logging
import Testing

@Suite("Desired state, against the embedded cluster")
struct DesiredStateTests {
    /// The cluster's API with a record of what was written.
    private struct Bench {
        let transport: RecordingTransport
        let api: KubernetesClient
        let desired: DesiredState

        init() async throws {
            var options = EmbeddedCluster.Options()
            options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            transport = RecordingTransport(try await EmbeddedCluster(options).transport)
            api = KubernetesClient(transport)
            desired = DesiredState(api, manager: "test")
        }

        var writes: [String] { transport.exchanges.filter(\.isWrite).map(\.method) }

        /// Applies once, and says what became of it.
        @discardableResult
        func apply<R: Resource>(_ object: R) async throws -> DesiredState.Outcome {
            try await desired.apply(object, live: try await api.find(R.self, object.name, in: object.namespace))
        }
    }

    private static let deployment = Deployment(document: [
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": ["name": "web", "namespace": "default", "labels": ["app": "web"]],
        "spec": [
            "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
            "template": [
                "metadata": ["labels": ["app": "web"]],
                "spec": [
                    "containers": [
                        [
                            "name": "web", "image": "nginx", "ports": [["containerPort": 80]],
                            "env": [["name": "EMPTY", "value": ""]],
                            "resources": ["limits": ["cpu": "1000m", "memory": "1024Mi"]],
                            "volumeMounts": [["name": "data", "mountPath": "/data", "readOnly": false]],
                        ]
                    ], "volumes": [["name": "data", "emptyDir": [:]]],
                ],
            ],
        ],
    ])

    private static let service = Service(document: [
        "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "default"],
        "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
    ])

    private static let secret = KubernetesSecret(
        metadata: ObjectMeta(name: "keys", namespace: "default"), data: ["a": "eA=="], stringData: ["b": "ü"])

    private static let map = ConfigMap(
        metadata: ObjectMeta(name: "settings", namespace: "default", labels: ["a": "1", "b": "2"]),
        data: ["x": "1", "y": "2"])

    private func settles<R: Resource>(_ object: R) async throws {
        let bench = try await Bench()
        #expect(try await bench.apply(object) == .applied)
        #expect(bench.writes.count == 1)
        for _ in 0..<3 { #expect(try await bench.apply(object) == .unchanged) }
        #expect(bench.writes.count == 1)
    }

    @Test("the second time nothing is written: a Deployment with its defaults")
    func deployment() async throws { try await settles(Self.deployment) }

    @Test("the second time nothing is written: a Service, whose address the server chose")
    func service() async throws { try await settles(Self.service) }

    @Test("the second time nothing is written: a Secret given as texts")
    func secret() async throws {
        try await settles(Self.secret)
        let bench = try await Bench()
        try await bench.apply(Self.secret)
        #expect(
            try await bench.api.get(KubernetesSecret.self, "keys", in: "default").data == ["a": "eA==", "b": "w7w="])
    }

    @Test("the second time nothing is written: from what was read back, status and versions included")
    func readBack() async throws {
        let bench = try await Bench()
        try await bench.apply(Self.deployment)
        var again = Self.deployment
        let live = try await bench.api.get(Deployment.self, "web", in: "default")
        again.metadata.resourceVersion = "1"
        again.metadata.uid = live.uid
        again.document["status"] = ["replicas": 7]
        again.annotations[DesiredState.hashAnnotation] = "stale"
        #expect(try await bench.apply(again) == .unchanged)
    }

    @Test("a field that is no longer desired goes")
    func dropped() async throws {
        let bench = try await Bench()
        try await bench.apply(Self.map)
        var fewer = Self.map
        fewer.data["y"] = nil
        fewer.labels["b"] = nil
        #expect(try await bench.apply(fewer) == .applied)
        let live = try await bench.api.get(ConfigMap.self, "settings", in: "default")
        #expect(live.data == ["x": "1"])
        #expect(live.labels == ["a": "1"])
        #expect(try await bench.apply(fewer) == .unchanged)
    }

    @Test("what others add stays, and is no reason to write")
    func foreign() async throws {
        let bench = try await Bench()
        try await bench.apply(Self.map)
        _ = try await bench.api.edit(ConfigMap.self, "settings", in: "default") { map in
            map.data["z"] = "3"
            map.labels["theirs"] = "yes"
            map.metadata.finalizers.append("example.com/theirs")
        }
        let writes = bench.writes.count
        #expect(try await bench.apply(Self.map) == .unchanged)
        #expect(bench.writes.count == writes)
        var more = Self.map
        more.data["w"] = "4"
        #expect(try await bench.apply(more) == .applied)
        let live = try await bench.api.get(ConfigMap.self, "settings", in: "default")
        #expect(live.data == ["w": "4", "x": "1", "y": "2", "z": "3"])
        #expect(live.labels["theirs"] == "yes")
    }

    @Test("what others change or remove is put right")
    func drift() async throws {
        let bench = try await Bench()
        try await bench.apply(Self.map)
        for change in [
            { $0.data["x"] = "9" }, { $0.data["x"] = nil }, { $0.labels["a"] = nil }, { $0.annotations = [:] },
        ]
            as [@Sendable (inout ConfigMap) -> Void]
        {
            _ = try await bench.api.edit(ConfigMap.self, "settings", in: "default", change)
            #expect(try await bench.apply(Self.map) == .applied)
            let live = try await bench.api.get(ConfigMap.self, "settings", in: "default")
            #expect(live.data == ["x": "1", "y": "2"] && live.labels == ["a": "1", "b": "2"])
            #expect(try await bench.apply(Self.map) == .unchanged)
        }
    }
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("How watches begin")
struct WatchBeginningTests {
    private func stream(_ events: WatchScript.Event..., then end: StreamEnd = .silent) -> Response {
        .stream([Array(events.map(\.line).joined().utf8)], then: end)
    }

    private static func initialEnd(_ version: Int) -> WatchScript.Event {
        .raw(#"""
            {"type":"BOOKMARK","object":{"kind":"ConfigMap","metadata":{"resourceVersion":"\#(version)",
            "annotations":{"k8s.io/initial-events-end":"true"}}}}
            """#.replacing("\n", with: ""))
    }

    @Test("a watch taken up again begins without a snapshot, and tells where it is")
    func resumed() async throws {
        let transport = ScriptedTransport([
            stream(.added(configMap("a", version: 8)), .bookmark(20), .added(configMap("b", version: 21)))
        ])
        var events = KubernetesClient(transport).watch(ConfigMap.self, in: "demo", resumingAfter: "7").makeAsyncIterator()
        #expect(events.resourceVersion == "7")
        #expect(try await events.next().map(WatchScript.describe) == "applied a@8")
        #expect(events.resourceVersion == "8")
        #expect(try await events.next().map(WatchScript.describe) == "applied b@21")
        #expect(transport.requests.map { $0.query["resourceVersion"] } == ["7"])
    }

    @Test("a version the server has forgotten is mended by a snapshot")
    func forgotten() async throws {
        let transport = ScriptedTransport([
            .refusal(410, "Expired"), .json(list([configMap("a", version: 3)], version: 50)), stream(),
        ])
        var events = KubernetesClient(transport).watch(ConfigMap.self, in: "demo", resumingAfter: "7").makeAsyncIterator()
        #expect(try await events.next().map(WatchScript.describe) == "snapshot a")
        #expect(events.resourceVersion == "50")
    }

    @Test("a streamed snapshot is one event, and its connection goes on")
    func streamed() async throws {
        let transport = ScriptedTransport([
            stream(
                .added(configMap("a", version: 3)), .added(configMap("b", version: 4)), .bookmark(4), Self.initialEnd(9),
                .deleted(configMap("a", version: 10)))
        ])
        let api = KubernetesClient(transport)
        var events = api.watch(ConfigMap.self, in: "demo", streamsSnapshot: true).makeAsyncIterator()
        #expect(try await events.next().map(WatchScript.describe) == "snapshot a b")
        #expect(events.resourceVersion == "9")
        #expect(try await events.next().map(WatchScript.describe) == "deleted a")
        let query = try #require(transport.requests.first?.query)
        #expect(query["sendInitialEvents"] == "true" && query["resourceVersionMatch"] == "NotOlderThan")
        #expect(query["resourceVersion"] == nil && transport.requests.count == 1)
    }

    @Test("a server without streamed lists is listed instead", arguments: [400, 422])
    func unsupported(code: Int) async throws {
        let transport = ScriptedTransport([
            .refusal(code, "Invalid"), .json(list([configMap("a", version: 3)], version: 5)),
            stream(.added(configMap("b", version: 6))),
        ])
        var events = KubernetesClient(transport).watch(ConfigMap.self, in: "demo", streamsSnapshot: true).makeAsyncIterator()
        #expect(try await events.next().map(WatchScript.describe) == "snapshot a")
        #expect(try await events.next().map(WatchScript.describe) == "applied b@6")
    }

    @Test("a stream that breaks before the state is whole is begun again, and nothing of it is told")
    func broken() async throws {
        let transport = ScriptedTransport([
            stream(.added(configMap("a", version: 3)), then: .closed),
            stream(.added(configMap("b", version: 4)), Self.initialEnd(9)),
        ])
        let time = VirtualTime()
        let api = KubernetesClient(transport)
        async let first = Result {
            var events = api.watch(ConfigMap.self, in: "demo", streamsSnapshot: true, time: time).makeAsyncIterator()
            return try await events.next()
        }
        try await eventually("the pause before the next try") { time.sleeperCount == 1 }
        time.advance(by: .seconds(60))
        #expect(try await first.get().map(WatchScript.describe) == "snapshot b")
    }

    @Test("the embedded cluster streams its state")
    func embedded() async throws {
        try await withEmbeddedCluster { cluster in
            for name in ["a", "b"] {
                _ = try await cluster.client.create(ConfigMap(metadata: ObjectMeta(name: name, namespace: "default")))
            }
            var events = cluster.client.watch(ConfigMap.self, in: "default", streamsSnapshot: true).makeAsyncIterator()
            guard case .snapshot(let maps) = try await events.next() else {
                Issue.record("no snapshot came first")
                return
            }
            #expect(Set(maps.map(\.name)).isSuperset(of: ["a", "b"]))
            try await cluster.client.delete(ConfigMap.self, "a", in: "default")
            #expect(try await events.next().map(WatchScript.describe) == "deleted a")
        }
    }

    @Test("a wrong type inside an event is told with its path")
    func mistyped() async throws {
        let bad = #"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":7}]}}}"#
        let transport = ScriptedTransport([.stream([Array((bad + "\n").utf8)], then: .silent)])
        var events = KubernetesClient(transport).watch(Pod.self, resumingAfter: "1").makeAsyncIterator()
        let mismatch = await #expect(throws: SchemaMismatch.self) { try await events.next() }
        #expect(mismatch.map { "\($0)" }?.contains("spec.containers[0].name: expected string, found integer") == true)
        let unchecked = KubernetesClient(
            ScriptedTransport([.stream([Array((bad + "\n").utf8)], then: .silent)]), reading: .init(checksTypes: false))
        var all = unchecked.watch(Pod.self, resumingAfter: "1").makeAsyncIterator()
        #expect(try await all.next() != nil)
    }

    @Test("what is read without managed fields has none, from lists and from events")
    func managedFields() async throws {
        func managed(_ name: String, _ version: Int) -> JSON {
            var object = configMap(name, version: version)
            object["metadata"]?["managedFields"] = [["manager": "kubectl", "operation": "Update"]]
            return object
        }
        let transport = ScriptedTransport([
            .json(list([managed("a", 3)], version: 5)), stream(.added(managed("b", 6))),
            .json(list([managed("a", 3)], version: 5)),
        ])
        let api = KubernetesClient(transport)
        var events = api.droppingManagedFields.watch(ConfigMap.self, in: "demo").makeAsyncIterator()
        guard case .snapshot(let maps) = try await events.next(), case .applied(let map) = try await events.next() else {
            Issue.record("other events came")
            return
        }
        #expect(maps.first?.metadata.managedFields.isEmpty == true && map.metadata.managedFields.isEmpty)
        #expect(try await api.list(ConfigMap.self, in: "demo").items.first?.metadata.managedFields.count == 1)
    }
}

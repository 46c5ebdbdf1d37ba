import ClawBase
import ClawCluster
import ClawKubernetes
import Logging
import Synchronization
import Testing

/// A client of an embedded cluster of its own, without controllers.
private func withClient(_ body: (KubernetesClient) async throws -> Void) async throws {
    var options = EmbeddedCluster.Options()
    options.durability = .none
    options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let cluster = try await EmbeddedCluster(options)
    try await body(cluster.client)
    try cluster.close()
}

private func map(_ name: String, _ data: [String: String] = [:], labels: [String: String] = [:]) -> ConfigMap {
    ConfigMap(metadata: ObjectMeta(name: name, namespace: "default", labels: labels), data: data)
}

@Suite("The verbs against the embedded API")
struct EmbeddedVerbTests {
    @Test("ten writers edit one object, and no edit is lost")
    func contention() async throws {
        try await withClient { client in
            _ = try await client.create(map("counter", ["n": "0"]))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        for attempt in 1... {
                            do {
                                _ = try await client.edit(ConfigMap.self, "counter", in: "default") { map in
                                    map.data["n"] = String((Int(map.data["n"] ?? "") ?? 0) + 1)
                                }
                                return
                            } catch let error as KubernetesError where error.isConflict && attempt < 5 {
                                continue
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.get(ConfigMap.self, "counter", in: "default").data["n"] == "10")
        }
    }

    @Test("pages cover a list, and metadata and tables show the same objects")
    func reading() async throws {
        try await withClient { client in
            for index in 0..<7 {
                _ = try await client.create(map("m\(index)", labels: ["part": index.isMultiple(of: 2) ? "even" : "odd"]))
            }
            var names: [String] = []
            for try await item in client.items(
                ConfigMap.self, in: "default", matching: Selection(.exists("part")), pageSize: 3)
            {
                names.append(item.name)
            }
            #expect(names == (0..<7).map { "m\($0)" })
            let even = Selection(.equal("part", "even"))
            let metadata = try await client.list(PartialObjectMetadata<ConfigMap>.self, in: "default", matching: even)
            #expect(metadata.items.map(\.name) == ["m0", "m2", "m4", "m6"])
            #expect(try await client.table(ConfigMap.self, in: "default", matching: even).rows.count == 4)
            let deleted = try await client.deleteCollection(ConfigMap.self, in: "default", matching: even)
            #expect(deleted.count == 4)
            #expect(try await client.list(ConfigMap.self, in: "default", labels: ["part": "even"]).items.isEmpty)
        }
    }

    @Test("apply says what it did, and who stands in the way; a dry run says it beforehand and leaves all as it is")
    func applying() async throws {
        try await withClient { client in
            let (ours, theirs) = (client.fieldManager("ours"), client.fieldManager("theirs"))
            #expect(try await ours.applyReportingChanges(map("a", ["k": "1"])).change == .created)
            #expect(try await ours.applyReportingChanges(map("a", ["k": "1"])).change == .unchanged)
            let preview = try await ours.dryRun.applyReportingChanges(map("a", ["k": "2"]))
            #expect(preview.change == .changed(fields: ["data.k"]))
            #expect(try await client.get(ConfigMap.self, "a", in: "default").data == ["k": "1"])
            let error = try await #require(throws: KubernetesError.self) { try await theirs.apply(map("a", ["k": "3"])) }
            #expect(error.applyConflicts == [ApplyConflict(field: ".data.k", manager: "ours")])
            #expect(try await theirs.apply(map("a", ["k": "3"]), force: true).data == ["k": "3"])
        }
    }

    @Test("the three kinds of patches do what they say, and a void condition stops them")
    func patching() async throws {
        try await withClient { client in
            let created = try await client.create(map("a", ["k": "1"]))
            let first = try await client.patch(
                ConfigMap.self, "a", in: "default",
                .json([.replace("/data/k", "2"), .add(["metadata", "annotations"], ["example.com/x": "y"])]))
            #expect(first.data == ["k": "2"] && first.annotations == ["example.com/x": "y"])
            let second = try await client.patch(
                ConfigMap.self, "a", in: "default", .merge(["data": ["k": nil, "l": "3"]]))
            #expect(second.data == ["l": "3"])
            let third = try await client.patch(
                ConfigMap.self, "a", in: "default", .strategic(["data": ["m": "4"]]))
            #expect(third.data == ["l": "3", "m": "4"])
            await #expect(throws: KubernetesError.self) {
                try await client.patch(
                    ConfigMap.self, "a", in: "default",
                    .merge(["data": ["m": "5"]]).onlyIf(resourceVersion: created.resourceVersion))
            }
        }
    }

    @Test("a field nobody knows is warned of, or refused where validation is strict")
    func validation() async throws {
        try await withClient { client in
            let heard = Mutex<[String]>([])
            let api = client.onWarning { warning in heard.withLock { $0.append(warning.text) } }
            var odd = map("odd")
            odd.document["novel"] = 1
            _ = try await api.create(odd)
            #expect(heard.withLock { $0 }.contains { $0.contains("novel") })
            odd.metadata.name = "odder"
            await #expect(throws: KubernetesError.self) { try await api.fieldValidation(.strict).create(odd) }
        }
    }

    @Test("waiting ends when the object is as wanted, and when it is gone")
    func waiting() async throws {
        try await withClient { client in
            async let filled = client.wait(
                for: ConfigMap.self, "late", in: "default",
                until: .exists && ObjectCondition("filled") { $0.data["k"] != nil }, deadline: .seconds(60))
            _ = try await client.create(map("late"))
            _ = try await client.edit(ConfigMap.self, "late", in: "default") { $0.data["k"] = "v" }
            let found = try await filled
            #expect(found?.data == ["k": "v"])
            async let gone = client.wait(
                for: ConfigMap.self, "late", in: "default", until: .deleted, deadline: .seconds(60))
            #expect(try await client.delete(ConfigMap.self, "late", in: "default").isDone)
            let left = try await gone
            #expect(left == nil)
        }
    }

    @Test("the namespace of a client is the only one it reaches")
    func confined() async throws {
        try await withClient { client in
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            let demo = client.namespaced("demo")
            _ = try await demo.create(ConfigMap(metadata: ObjectMeta(name: "inside")))
            _ = try await client.create(map("outside"))
            #expect(try await demo.list(ConfigMap.self).items.map(\.name).contains("inside"))
            #expect(try await !demo.list(ConfigMap.self).items.map(\.name).contains("outside"))
            #expect(try await demo.find(ConfigMap.self, "outside") == nil)
        }
    }
}

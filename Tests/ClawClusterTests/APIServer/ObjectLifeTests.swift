import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@Suite("An object's life in the embedded API server")
struct ObjectLifeTests {
    private func map(_ name: String, _ data: [String: String] = [:]) -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: name, namespace: "default"), data: data)
    }

    @Test("create stamps identity, and get gives back what was created")
    func createAndGet() async throws {
        try await withCluster { cluster in
            let created = try await cluster.client.create(map("a", ["k": "v"]))
            #expect(created.uid?.count == 36)
            #expect(created.metadata.creationTimestamp != nil)
            #expect(created.resourceVersion != nil)
            let found = try await cluster.client.get(ConfigMap.self, "a", in: "default")
            #expect(found == created)
        }
    }

    @Test("a name that is taken is refused as AlreadyExists, an absent one as NotFound")
    func namesTakenAndAbsent() async throws {
        try await withCluster { cluster in
            _ = try await cluster.client.create(map("a"))
            await #expect { try await cluster.client.create(map("a")) } throws: { ($0 as? KubernetesError)?.isAlreadyExists == true }
            await #expect { try await cluster.client.get(ConfigMap.self, "b", in: "default") } throws: {
                ($0 as? KubernetesError)?.message == "configmaps \"b\" not found"
            }
            #expect(try await cluster.client.find(ConfigMap.self, "b", in: "default") == nil)
        }
    }

    @Test("a write based on an old version conflicts; edit tries again")
    func conflictsAndEdit() async throws {
        try await withCluster { cluster in
            let first = try await cluster.client.create(map("a"))
            var changed = first
            changed.data["x"] = "1"
            _ = try await cluster.client.replace(changed)
            var late = first
            late.data["y"] = "2"
            await #expect { try await cluster.client.replace(late) } throws: { ($0 as? KubernetesError)?.isConflict == true }
            let edited = try await cluster.client.edit(ConfigMap.self, "a", in: "default") { $0.data["y"] = "2" }
            #expect(edited.data == ["x": "1", "y": "2"])
        }
    }

    @Test("a write that changes nothing keeps the version")
    func unchangedWritesAreFree() async throws {
        try await withCluster { cluster in
            let first = try await cluster.client.create(map("a", ["k": "v"]))
            #expect(try await cluster.client.replace(first).resourceVersion == first.resourceVersion)
        }
    }

    @Test("fields a kind does not have are refused under strict validation, with their place")
    func strictValidation() async throws {
        try await withCluster { cluster in
            var request = APIRequest(
                .post, ConfigMap.type, namespace: "default",
                body: ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": "a"], "date": ["k": "v"]])
            request.query["fieldValidation"] = "Strict"
            let strict = request
            await #expect { try await cluster.client.document(for: strict) } throws: {
                ($0 as? KubernetesError)?.message.contains("unknown field \"date\"") == true
            }
        }
    }

    @Test("names that break RFC 1123 are refused as invalid")
    func badNames() async throws {
        try await withCluster { cluster in
            for name in ["A", "a_b", "-a", "a..b", String(repeating: "a", count: 254)] {
                await #expect { try await cluster.client.create(map(name)) } throws: { ($0 as? KubernetesError)?.isInvalid == true }
            }
        }
    }

    @Test("generateName gives every object a name of its own")
    func generatedNames() async throws {
        try await withCluster { cluster in
            let one = try await cluster.client.create(ConfigMap(metadata: ObjectMeta(generateName: "x-", namespace: "default")))
            let two = try await cluster.client.create(ConfigMap(metadata: ObjectMeta(generateName: "x-", namespace: "default")))
            #expect(one.name.hasPrefix("x-") && one.name.count == 7)
            #expect(one.name != two.name)
        }
    }

    @Test("finalizers keep a deleted object until the last one is removed")
    func finalizers() async throws {
        try await withCluster { cluster in
            var held = map("a")
            held.metadata.finalizers = ["test.dev/hold"]
            _ = try await cluster.client.create(held)
            try await cluster.client.delete(ConfigMap.self, "a", in: "default")
            let marked = try await cluster.client.get(ConfigMap.self, "a", in: "default")
            #expect(marked.isBeingDeleted)
            _ = try await cluster.client.edit(ConfigMap.self, "a", in: "default") { $0.metadata.finalizers = [] }
            #expect(try await cluster.client.find(ConfigMap.self, "a", in: "default") == nil)
        }
    }

    @Test("status is written through its own door, and neither side touches the other")
    func statusIsolation() async throws {
        try await withCluster { cluster in
            var pod = Pod(
                metadata: ObjectMeta(name: "p", namespace: "default"), spec: PodSpec(containers: [Container(name: "c", image: "i")]))
            pod.status = PodStatus(phase: "Running")
            let created = try await cluster.client.create(pod)
            #expect(created.status?.phase == "Pending")
            var changed = created
            changed.status?.phase = "Running"
            changed.spec?.nodeName = "elsewhere"
            let updated = try await cluster.client.replaceStatus(changed)
            #expect(updated.status?.phase == "Running")
            #expect(updated.spec?.nodeName == nil)
        }
    }

    @Test("apply owns what it sets, conflicts over what another owns, and removes what it no longer wants")
    func serverSideApply() async throws {
        try await withCluster { cluster in
            let api = cluster.client
            _ = try await api.apply(map("a", ["one": "1", "two": "2"]), manager: "first")
            await #expect { try await api.apply(map("a", ["one": "9"]), manager: "second") } throws: {
                ($0 as? KubernetesError)?.causes.first?.field == ".data.one"
            }
            let forced = try await api.apply(map("a", ["one": "9"]), manager: "second", force: true)
            #expect(forced.data == ["one": "9", "two": "2"])
            let dropped = try await api.apply(map("a", ["one": "9"]), manager: "first")
            #expect(dropped.data == ["one": "9"])
        }
    }

    @Test("lists select by labels and fields, and page without losing or repeating any")
    func listing() async throws {
        try await withCluster { cluster in
            for index in 0..<25 {
                var one = map("m\(index)")
                one.labels = ["parity": index % 2 == 0 ? "even" : "odd"]
                _ = try await cluster.client.create(one)
            }
            let even = try await cluster.client.list(ConfigMap.self, in: "default", labels: ["parity": "even"])
            #expect(even.items.count == 13)
            let set = try await cluster.client.list(
                ConfigMap.self, in: "default", matching: Selection(labelSelector: "parity notin (even),parity"))
            #expect(set.items.count == 12)
            var names: [String] = []
            var token: String?
            repeat {
                var query: QueryParameters = ["limit": "7"]
                query["continue"] = token
                let page = ResourceList<ConfigMap>(
                    document: try await cluster.client.document(
                        for: APIRequest(.get, ConfigMap.type, namespace: "default", query: query)))
                names += page.items.map(\.name)
                token = page.continueToken
            } while token != nil
            #expect(names.count == 25 && Set(names).count == 25)
        }
    }
}

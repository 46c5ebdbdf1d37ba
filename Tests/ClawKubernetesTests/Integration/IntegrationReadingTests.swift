import ClawBase
import ClawKubernetes
import ClawModels
import IntegrationTesting
import Testing

@Suite("The client against a cluster: reading", .timeLimit(.minutes(10)))
struct IntegrationReadingTests {
    @Test(
        "the suite runs against a cluster of one's own",
        .enabled(if: IntegrationTarget.external != nil, Comment(rawValue: IntegrationTarget.hint)))
    func external() { #expect(IntegrationTarget.all.count == 2) }

    @Test(
        "an object is created, read, replaced where nobody was quicker, and deleted", arguments: IntegrationTarget.all)
    func life(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            var created = try await client.create(cluster.map("a", ["k": "1"]))
            #expect(created.uid != nil && created.namespace == cluster.namespace)
            #expect(try await client.get(ConfigMap.self, "a").data == ["k": "1"])
            let twice = try await #require(throws: KubernetesError.self) { try await client.create(cluster.map("a")) }
            #expect(twice.isAlreadyExists)
            created.data["k"] = "2"
            let replaced = try await client.replace(created)
            #expect(replaced.data == ["k": "2"] && replaced.resourceVersion != created.resourceVersion)
            let stale = try await #require(throws: KubernetesError.self) { try await client.replace(created) }
            #expect(stale.isConflict)
            #expect(try await client.edit(ConfigMap.self, "a") { $0.data["l"] = "3" }.data == ["k": "2", "l": "3"])
            let other = try await #require(throws: KubernetesError.self) {
                try await client.delete(ConfigMap.self, "a", uid: "00000000-0000-0000-0000-000000000000")
            }
            #expect(other.isConflict)
            #expect(try await client.delete(ConfigMap.self, "a").isDone)
            #expect(try await client.find(ConfigMap.self, "a") == nil)
            #expect(try await client.deleteIfPresent(ConfigMap.self, "a") == false)
        }
    }

    @Test("a list comes in pages, one by one, selected, as metadata and as a table", arguments: IntegrationTarget.all)
    func pages(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            for number in 0..<7 {
                _ = try await client.create(
                    cluster.map("m\(number)", labels: ["part": number % 2 == 0 ? "even" : "odd", "set": "pages"]))
            }
            let all = Selection(.equal("set", "pages"))
            #expect(try await client.list(ConfigMap.self, matching: all, pageSize: 3).items.count == 7)
            var sizes: [Int] = []
            for try await page in client.pages(ConfigMap.self, matching: all, pageSize: 3) {
                sizes.append(page.items.count)
            }
            #expect(sizes == [3, 3, 1])
            var names: [String] = []
            for try await item in client.items(ConfigMap.self, matching: all, pageSize: 2) { names.append(item.name) }
            #expect(names == (0..<7).map { "m\($0)" })
            let even = try await client.list(PartialObjectMetadata<ConfigMap>.self, labels: ["part": "even"])
            #expect(even.items.map(\.name) == ["m0", "m2", "m4", "m6"])
            #expect(try await client.table(ConfigMap.self, labels: ["part": "odd"]).rows.count == 3)
            #expect(try await client.list(ConfigMap.self, matching: .named("m3")).items.map(\.name) == ["m3"])
        }
    }

    @Test("a watch tells what is there, then every change", arguments: IntegrationTarget.all)
    func watch(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            _ = try await client.create(cluster.map("before", labels: ["set": "watch"]))
            var events = client.watch(ConfigMap.self, matching: Selection(labels: ["set": "watch"])).makeAsyncIterator()
            #expect(try await events.next().map(WatchScript.brief) == "snapshot before")
            _ = try await client.create(cluster.map("new", labels: ["set": "watch"]))
            #expect(try await events.next().map(WatchScript.brief) == "applied new")
            _ = try await client.mergePatch(ConfigMap.self, "before", ["data": ["k": "v"]])
            #expect(try await events.next().map(WatchScript.brief) == "applied before")
            try await client.delete(ConfigMap.self, "new")
            #expect(try await events.next().map(WatchScript.brief) == "deleted new")
            // What no longer fits the selection is gone from it.
            _ = try await client.mergePatch(ConfigMap.self, "before", ["metadata": ["labels": ["set": nil]]])
            #expect(try await events.next().map(WatchScript.brief) == "deleted before")
        }
    }

    @Test("waiting ends when the object is as wanted, and when it is gone", arguments: IntegrationTarget.all)
    func wait(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let client = cluster.client
            async let filled = client.wait(
                for: ConfigMap.self, "late", until: .exists && ObjectCondition("filled") { $0.data["k"] != nil },
                deadline: .seconds(30))
            _ = try await client.create(cluster.map("late"))
            _ = try await client.edit(ConfigMap.self, "late") { $0.data["k"] = "v" }
            let found = try await filled
            #expect(found?.data == ["k": "v"])
            async let gone = client.wait(for: ConfigMap.self, "late", until: .deleted, deadline: .seconds(30))
            try await client.delete(ConfigMap.self, "late")
            let left = try await gone
            #expect(left == nil)
        }
    }

    @Test("discovery knows kinds by all their names", arguments: IntegrationTarget.all)
    func discovery(target: IntegrationTarget) async throws {
        try await Integration.run(target) { cluster in
            let mapper = RESTMapper(cluster.cluster)
            for (name, type) in [
                ("deploy", "apps/v1 Deployment"), ("deployments.apps", "apps/v1 Deployment"), ("cm", "v1 ConfigMap"),
                ("Pod", "v1 Pod"), ("ing", "networking.k8s.io/v1 Ingress"),
            ] {
                #expect(try await mapper.resource(name).type.description == type)
            }
            let error = try await #require(throws: Finding.self) { try await mapper.resource("deploymentz") }
            #expect(error.code == .unknownKind)
        }
    }

    @Test("the lines of a container's log, to its end", arguments: IntegrationTarget.all)
    func logs(target: IntegrationTarget) async throws {
        try await Integration.run(target, nodes: .process) { cluster in
            let client = cluster.client
            // Simulated nodes run no containers.
            let nodes = try await cluster.cluster.list(Node.self).items
            if !target.isEmbedded, nodes.allSatisfy({ $0.labels["clawkit.dev/node-kind"] == "simulated" }) { return }
            // An account that new namespaces have only after a moment is not needed here.
            var pod = cluster.pod("talker")
            pod.spec = PodSpec(
                containers: [
                    Container(
                        name: "main", image: "busybox:1.36",
                        command: ["/bin/sh", "-c", "for n in 1 2 3; do echo line $n; done"])
                ], automountServiceAccountToken: false, restartPolicy: "Never")
            let wanted = pod
            await cluster.waitForAccount()
            _ = try await client.create(wanted)
            try await client.wait(
                for: Pod.self, "talker", until: ObjectCondition("ended") { $0.status?.phase == "Succeeded" },
                deadline: .seconds(90))
            var lines: [String] = []
            for try await line in client.logs("talker", follow: true) { lines.append(line.text) }
            #expect(lines == ["line 1", "line 2", "line 3"])
            var last: [LogLine] = []
            for try await line in client.logs("talker", tail: 1, timestamps: true) { last.append(line) }
            #expect(last.map(\.text) == ["line 3"] && last.first?.written != nil)
        }
    }
}

extension WatchScript {
    /// Without versions, which differ from cluster to cluster.
    static func brief(_ event: WatchEvent<ConfigMap>) -> String {
        String(describe(event).prefix { $0 != "@" })
    }
}

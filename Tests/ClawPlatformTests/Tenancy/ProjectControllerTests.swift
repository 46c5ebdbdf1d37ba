import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("Projects become namespaces")
struct ProjectControllerTests {
    @Test("a settled project is not written again")
    func steady() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let writes = platform.projectCalls.exchanges.filter(\.isWrite).count
            // Something to look at again: each change of the project asks its controller.
            for number in 1...3 {
                let project = try await platform.cluster.client.mergePatch(
                    Project.self, "demo", ["metadata": ["annotations": ["touched": .string("\(number)")]]])
                try await eventually("the cache has it") {
                    platform.caches.cache(Project.self).get("demo")?.resourceVersion == project.resourceVersion
                }
            }
            _ = await platform.call(.post, "/api/v1/projects", ["name": "later", "tenant": "acme"])
            let after = platform.projectCalls.exchanges.filter { $0.isWrite && $0.path.contains("/demo") }
            #expect(after.count <= writes)
            let later = platform.projectCalls.exchanges.filter { $0.isWrite }.dropFirst(writes)
            #expect(later.allSatisfy { $0.path.contains("/later") }, "\(Array(later))")
        }
    }

    @Test("a namespace that is somebody else's is never adopted, and the project says so")
    func foreign() async throws {
        let prepare: @Sendable (EmbeddedCluster) async throws -> Void = { cluster in
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "theirs", labels: ["team": "x"])))
        }
        try await withPlatform(prepare: prepare) { platform in
            let client = platform.cluster.client
            _ = try await client.create(Project(name: "theirs", tenant: "acme"))
            try await eventually("the project is refused") {
                try await client.get(Project.self, "theirs").conditions.first { $0.type == "Ready" }?.reason
                    == "NamespaceNotOurs"
            }
            let namespace = try await client.get(Namespace.self, "theirs")
            #expect(namespace.labels["team"] == "x")
            #expect(namespace.labels["clawkit.dev/project"] == nil)
            #expect(namespace.metadata.ownerReferences.isEmpty)
            #expect(await platform.call(.get, "/api/v1/projects/theirs").json["phase"] == "Failed")
            // Once it is out of the way, the project gets its own.
            try await client.delete(Namespace.self, "theirs")
            try await eventually("the project is ready") {
                try await client.get(Project.self, "theirs").conditions.first { $0.type == "Ready" }?.status == "True"
            }
        }
    }

    @Test("a project made again right after its deletion waits for the old namespace to go")
    func again() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let first = try await platform.cluster.client.get(Namespace.self, "demo").uid
            _ = await platform.call(.delete, "/api/v1/projects/demo")
            var answer = await platform.call(.post, "/api/v1/projects", ["name": "demo", "tenant": "acme"])
            while answer.code == "E_EXISTS" {
                try Task.checkCancellation()
                answer = await platform.call(.post, "/api/v1/projects", ["name": "demo", "tenant": "acme"])
            }
            #expect(answer.json["phase"] == "Ready", "\(answer.text)")
            let second = try await platform.cluster.client.get(Namespace.self, "demo")
            #expect(second.uid != first)
            #expect(!second.isBeingDeleted)
        }
    }

    @Test("a reserved name gets no namespace, even where somebody applies the project by hand")
    func reserved() async throws {
        try await withPlatform { platform in
            let client = platform.cluster.client
            _ = try await client.create(Project(name: "kube-extra", tenant: "acme"))
            try await eventually("the project is refused") {
                try await client.get(Project.self, "kube-extra").conditions.first?.reason == "ReservedName"
            }
            #expect(try await client.find(Namespace.self, "kube-extra") == nil)
        }
    }
}

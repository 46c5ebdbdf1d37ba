import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Testing

/// With the built programs: control plane and orchestrator as two processes, the latter with its node.
@Suite("Checkpoints and snapshots by command", .serialized, .timeLimit(.minutes(10)))
struct CheckpointWalkTests {
    /// A program that counts how often it was asked for `/count`, in memory alone.
    private static let counter = """
        import http.server, os
        count = 0
        class H(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                global count
                if self.path.endswith('/count'): count += 1
                text = str(count).encode()
                self.send_response(200)
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            def log_message(self, *a): pass
        http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
        """

    private static func works() async -> Bool {
        guard let criu = Programs.system("criu") else { return false }
        let outcome = try? await run(criu, ["check"], in: FileManager.default.temporaryDirectory)
        return outcome?.status == 0
    }

    @Test(
        "what a program has in memory is kept by a command, and another one takes it back there",
        .enabled("needs CRIU and root: Scripts/setup-criu.sh builds it") { await works() })
    func processes() async throws {
        try await Self.withPrograms(command: ["python3", "-c", Self.counter]) { walk in
            let ada = try await walk.user("ada")
            _ = try await walk.claw("runtime", "start", "--user", "ada", "--wait")
            @Sendable func count() async throws -> String {
                let response = try await walk.platform.get("/r/demo/ada/count", token: ada)
                return String(decoding: try await response.body.collect(limit: 1 << 16), as: UTF8.self)
            }
            for number in 1...3 { #expect(try await count() == "\(number)") }
            let asked = try await walk.claw("checkpoint", "create", "kept", "--project", "demo", "--runtime", "ada")
            #expect(asked["name"] == "kept")
            let kept = try await walk.stored("kept")
            #expect(kept["method"] == "Process", "\(kept)")
            for number in 4...5 { #expect(try await count() == "\(number)") }

            let back = try await walk.claw("checkpoint", "restore", "kept", "--project", "demo", "--wait")
            #expect(back["phase"] == "Ready")
            let shown = try await eventually("the checkpoint tells how it came back") { () -> JSON? in
                let shown = try await walk.claw("checkpoint", "show", "kept", "--project", "demo")
                return shown["restores"]?.array?.isEmpty == false ? shown : nil
            }
            // Between a process' end and its return its number or port may go to anybody on the machine.
            if shown["restores"]?[0]?["code"] == "E_CHECKPOINT_BUSY" {
                try Test.cancel("something else on this machine has taken a number of the process")
            }
            #expect(shown["restores"]?[0]?["method"] == "Process", "\(shown)")
            #expect(try await count() == "4", "it went on from where it was kept")
            _ = try await walk.claw("checkpoint", "delete", "kept", "--project", "demo")
            try await eventually("it is gone") {
                try await walk.claw("checkpoint", "list", "--project", "demo")["items"]?.array?.isEmpty == true ? true : nil
            }
        }
    }

    @Test("a volume is kept as a copy and begins another runtime of its user; nobody goes back to it, and others get none")
    func copies() async throws {
        try await Self.withPrograms(command: ["agent-runtime"]) { walk in
            let (ada, bob) = (try await walk.user("ada"), try await walk.user("bob"))
            _ = try await walk.claw("runtime", "start", "--user", "ada", "--wait")
            #expect(try await walk.platform.claw("chat", "--user", "ada", "the blue door", token: ada).status == 0)
            _ = try await walk.claw("runtime", "stop", "--user", "ada", "--wait")
            _ = try await walk.claw("checkpoint", "create", "before", "--project", "demo", "--runtime", "ada")
            let kept = try await walk.stored("before")
            #expect(kept["method"] == "Volume", "\(kept)")
            let refused = try await walk.platform.claw("checkpoint", "restore", "before", "--project", "demo")
            #expect(refused.status == 3 && refused.errors.contains("volume.restoreFrom: before"), "\(refused.errors)")

            try await walk.make("back", of: "ada", volume: ["restoreFrom": "before"])
            try await walk.reach("Ready", "back")
            let conversation = try await walk.platform.get("/r/demo/back/conversation", token: ada)
            #expect(String(decoding: try await conversation.body.collect(limit: 1 << 20), as: UTF8.self).contains("the blue door"))
            try await walk.make("stolen", of: "bob", volume: ["restoreFrom": "before"])
            try await walk.fails("stolen", "E_VOLUME_TAKEN")
            let own = try await walk.platform.claw("checkpoint", "delete", "before", "--project", "demo", token: bob)
            #expect(own.status == 3, "it is not bob's")
        }
    }

    /// What a CSI driver does, this test does: a snapshot is ready when it says so.
    @Test("a snapshot is taken before another program gets the volume, which waits for it, and is its user's alone")
    func snapshots() async throws {
        try await Self.withPrograms(command: ["agent-runtime"]) { walk in
            for user in ["ada", "bob"] { _ = try await walk.user(user) }
            let api = walk.api
            try await Self.installSnapshots(api)
            _ = try await walk.claw("runtime", "start", "--user", "ada", "--wait")
            let pod = try await api.get(Pod.self, "ada", in: "demo").uid
            _ = try await api.mergePatch(
                Runtime.self, "ada", in: "demo",
                ["spec": ["volume": ["snapshots": ["keep": 2]], "env": [["name": "MARK", "value": "new"]]]])
            try await walk.fails("ada", "E_SNAPSHOT_PENDING")
            #expect(try await api.get(Pod.self, "ada", in: "demo").uid == pod, "the present program goes on")
            let ordered = try await api.list(Self.Snapshot.self, in: "demo").items
            try #require(ordered.count == 1)
            #expect(ordered[0].labels["clawkit.dev/user"] == "ada")
            var ready = ordered[0]
            ready.document["status"] = ["readyToUse": true]
            _ = try await api.replace(ready)
            try await eventually("the new program has the volume") {
                let now = try await api.find(Pod.self, "ada", in: "demo")
                return now != nil && now?.uid != pod && now?.spec?.containers[0].env.contains { $0.name == "MARK" } == true ? true : nil
            }
            try await walk.reach("Ready", "ada")

            let name = ordered[0].name
            try await walk.make("stolen", of: "bob", volume: ["restoreFrom": .string(name)])
            try await walk.fails("stolen", "E_VOLUME_TAKEN")
            #expect(try await api.find(PersistentVolumeClaim.self, "stolen-state", in: "demo") == nil)
            try await walk.make("back", of: "ada", volume: ["restoreFrom": .string(name)])
            let claim = try await eventually("ada's own begins as it") {
                try await api.find(PersistentVolumeClaim.self, "back-state", in: "demo")
            }
            #expect(claim.spec?.dataSource?.name == name && claim.spec?.dataSource?.kind == "VolumeSnapshot")
        }
    }

    // MARK: the programs

    private struct Walk: Sendable {
        let platform: RunningPlatform
        let api: KubernetesClient

        @discardableResult
        func claw(_ arguments: String...) async throws -> JSON {
            let outcome = try await run(
                Programs.path("claw"), arguments + ["--output", "json"], in: platform.directory,
                environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
            return outcome.output.isEmpty ? .null : try JSONParser.parse(Array(outcome.output.utf8))
        }

        /// - Returns: the login token.
        func user(_ name: String) async throws -> String {
            let made = try await claw("user", "create", name, "--project", "demo", "--role", "developer")
            return try #require(made["token"]?.string)
        }

        func stored(_ checkpoint: String) async throws -> JSON {
            try await eventually("the checkpoint is stored") { () -> JSON? in
                let shown = try await claw("checkpoint", "show", checkpoint, "--project", "demo")
                if shown["phase"] == "Failed" { throw Finding(.internalError, "\(shown)") }
                return shown["phase"] == "Stored" ? .some(shown) : .none
            }
        }

        func make(_ name: String, of user: String, volume: JSON) async throws {
            var spec = RuntimeSpec(user: user)
            spec.document["volume"] = volume
            _ = try await api.create(Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: spec))
        }

        func reach(_ phase: String, _ name: String) async throws {
            try await eventually("\(name) is \(phase)") {
                try await claw("runtime", "show", "--name", name, "--project", "demo")["phase"]?.string == phase ? true : nil
            }
        }

        func fails(_ name: String, _ code: String) async throws {
            try await eventually("\(name) has \(code)") {
                let shown = try await claw("runtime", "show", "--name", name, "--project", "demo")
                return shown["lastError"]?["code"]?.string == code ? true : nil
            }
        }
    }

    private static func withPrograms(
        command: [String], _ body: @escaping @Sendable (Walk) async throws -> Void
    ) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let template: JSON = ["templates": [["name": "default", "command": .array(command.map(JSON.string))]]]
        // JSON is YAML.
        try Data(template.description.utf8).write(to: directory.appending(path: "claw.yaml"))
        let platform = try await RunningPlatform.start(in: directory, ["--without", "orchestrator,node"])
        let orchestrator = try await RunningOrchestrator.start(beside: platform, ["--node"])
        do {
            let walk = Walk(platform: platform, api: try platform.kubernetes)
            try await walk.claw("tenant", "create", "acme")
            try await walk.claw("project", "create", "demo", "--tenant", "acme")
            try await body(walk)
        } catch {
            let log = (try? String(contentsOfFile: platform.file("control-plane.log"), encoding: .utf8)) ?? ""
            Issue.record("\(error)\n\(log.suffix(4000))")
        }
        #expect(try await orchestrator.stop() == 0)
        #expect(try await platform.stop() == 0)
    }

    // MARK: snapshots

    private struct Snapshot: Resource {
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        static let type = ResourceType(
            group: "snapshot.storage.k8s.io", version: "v1", kind: "VolumeSnapshot", plural: "volumesnapshots")
    }

    /// The definition, as far as it is needed.
    private static func installSnapshots(_ api: KubernetesClient) async throws {
        let anything: JSON = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        let definition = CustomResourceDefinition(document: [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": [
                "name": "volumesnapshots.snapshot.storage.k8s.io",
                "annotations": ["api-approved.kubernetes.io": "https://github.com/kubernetes-csi/external-snapshotter/pull/814"],
            ],
            "spec": [
                "group": "snapshot.storage.k8s.io", "scope": "Namespaced",
                "names": [
                    "kind": "VolumeSnapshot", "plural": "volumesnapshots", "singular": "volumesnapshot",
                    "listKind": "VolumeSnapshotList",
                ],
                "versions": [["name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": anything]]],
            ],
        ])
        _ = try await api.create(definition)
        try await eventually("snapshots are served") {
            (try? await api.list(Snapshot.self, in: "demo")) != nil ? true : nil
        }
    }
}

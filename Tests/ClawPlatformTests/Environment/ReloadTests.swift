import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("Programs that are told of other values", .serialized, .timeLimit(.minutes(5)))
struct ReloadTests {
    /// Reads its password when it is told to, by signal or request, and answers `/count` with it.
    private static let program = """
        import http.server, json, os, signal
        directory = os.environ['CLAW_ENVIRONMENT_DIR']
        value = 'not told'
        def read(*_):
            global value
            value = open(directory + '/PASSWORD').read()
        signal.signal(signal.SIGHUP, read)
        class H(http.server.BaseHTTPRequestHandler):
            def answer(self, status, text=''):
                self.send_response(status)
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())
            def do_GET(self): self.answer(200, value)
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                if self.path != '/reload': return self.answer(404)
                if asked['revision'] != open(directory + '/CLAW_ENVIRONMENT_REVISION').read(): return self.answer(409)
                read()
                self.answer(204)
            def log_message(self, *a): pass
        http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
        """

    private static func write(_ password: String, _ world: ProcessWorld) async throws {
        let data: JSON = ["password": .string(Base64.encode(Array(password.utf8)))]
        _ = try await world.client.mergePatch(KubernetesSecret.self, "db", in: "demo", ["data": data])
    }

    private static func run(
        _ reload: EnvironmentReload, _ body: @escaping @Sendable (ProcessWorld) async throws -> Void
    ) async throws {
        try await withProcessRuntimes { world in
            _ = try await world.client.create(
                KubernetesSecret(metadata: ObjectMeta(name: "db", namespace: "demo"), stringData: ["password": "one"]))
            var set = EnvironmentSet(name: "project", in: "demo")
            set.spec.variables = [.init("PASSWORD", secret: "db", key: "password")]
            (set.spec.rotation, set.spec.refreshSeconds, set.spec.reload) = (.reload, 5, reload)
            _ = try await world.client.create(set)
            try await world.start { $0.document["command"] = ["python3", "-c", .string(program)] }
            try await world.reach(.ready)
            try await eventually("its server answers") { (try? await world.count()) == "not told" }
            try await body(world)
        }
    }

    @Test(
        "by a signal or a request: it has the new value, in the same process, and the status says so",
        arguments: [EnvironmentReload(signal: .hup), EnvironmentReload(path: "/reload")])
    func told(reload: EnvironmentReload) async throws {
        try await Self.run(reload) { world in
            let pod = try await world.client.get(Pod.self, "ada", in: "demo")
            #expect(try await world.client.get(Runtime.self, "ada", in: "demo").status.reload == nil, "it began with them")
            for password in ["two", "three"] {
                try await Self.write(password, world)
                try await eventually("it has the new value") { try await world.count() == password }
                try await world.client.object(Runtime.self, "ada", in: "demo") {
                    $0.status.reload?.outcome == .done && $0.status.phase == .ready && $0.status.lastError == nil
                }
            }
            let after = try await world.client.get(Pod.self, "ada", in: "demo")
            #expect(after.uid == pod.uid)
            #expect(after.status?.containerStatuses.first?.containerID == pod.status?.containerStatuses.first?.containerID)
        }
    }

    /// One that asks for its bundle again; here it only says that it was told to.
    private static let listener = """
        import http.server, os, signal
        told = 0
        def hear(*_):
            global told
            told += 1
        signal.signal(signal.SIGHUP, hear)
        class H(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                text = str(told).encode()
                self.send_response(200)
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            def log_message(self, *a): pass
        http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()
        """

    @Test("one that came from a pool has no files: the signal comes as soon as its bundle is another")
    func claimed() async throws {
        try await withProcessRuntimes { world in
            _ = try await world.client.create(
                KubernetesSecret(metadata: ObjectMeta(name: "db", namespace: "demo"), stringData: ["password": "one"]))
            var template = RuntimeTemplateSpec(command: ["python3", "-c", Self.listener])
            template.variables = [EnvironmentVariable("PASSWORD", secret: "db", key: "password")]
            template.document["rotation"] = "Reload"
            template.document["reload"] = ["signal": "HUP"]
            _ = try await world.client.create(RuntimeTemplate(name: "web", in: "demo", spec: template))
            var set = EnvironmentSet(name: "project", in: "demo")
            set.spec.refreshSeconds = 5
            _ = try await world.client.create(set)
            _ = try await world.client.create(
                RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(template: "web", size: 1)))
            try await world.client.object(RuntimePool.self, "warm", in: "demo") { $0.status.warm == 1 }
            try await world.start { $0 = RuntimeSpec(user: "ada", template: "web") }
            let runtime = try await world.reach(.ready)
            #expect(runtime.status.pool == "warm")
            let all = try await world.client.list(Pod.self, in: "demo").items
            let pod = try #require(all.first { $0.metadata.controllerReference?.uid == runtime.uid }).name
            #expect(try await world.count(of: pod) == "0")
            try await Self.write("two", world)
            try await world.client.object(Runtime.self, "ada", in: "demo") { $0.status.reload?.outcome == .done }
            try await eventually("it was told") { try await world.count(of: pod) == "1" }
            let secret = try await world.client.get(KubernetesSecret.self, "ada-runtime", in: "demo")
            let bundle = try #require(secret.data[RuntimeBundle.key].flatMap { Base64.decode($0) })
            #expect(try JSONParser.parse(bundle)["environment"]?["PASSWORD"] == "two")
        }
    }

    @Test("a program that knows no such request goes on, and the status says that it was not told")
    func refused() async throws {
        try await Self.run(EnvironmentReload(path: "/nowhere")) { world in
            try await Self.write("two", world)
            let told = try await world.client.object(Runtime.self, "ada", in: "demo") { $0.status.reload?.outcome == .failed }
            #expect(told.status.reload?.code == "E_RELOAD")
            #expect(told.status.reload?.message?.contains("404") == true)
            #expect(told.status.phase == .ready)
            #expect(try await world.count() == "not told")
        }
    }
}

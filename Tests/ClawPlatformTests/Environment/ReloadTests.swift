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

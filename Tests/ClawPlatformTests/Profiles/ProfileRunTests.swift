import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Foundation
import HTTPTypes
import Logging
import Testing

/// An executable of `.venv/bin`, which `make test-full` fills, or of the search path.
private func program(_ name: String) -> String? {
    var root = URL(filePath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return ([root.appending(path: ".venv/bin").path] + path).map { "\($0)/\(name)" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}

@Suite("Profiles with programs that run", .serialized)
struct ProfileRunTests {
    /// A cluster with a process node and an orchestrator.
    private struct World: Sendable {
        let client: KubernetesClient
        let transport: CurlTransport
        let scratch: ScratchDirectory

        func start(_ template: RuntimeTemplate, _ change: (inout JSONObject) -> Void = { _ in }) async throws {
            _ = try await client.create(template)
            var spec = RuntimeSpec(user: "ada", template: template.name)
            change(&spec.document)
            _ = try await client.create(Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: spec))
        }

        func want(_ state: RuntimeSpec.DesiredState, _ phase: RuntimePhase) async throws {
            _ = try await client.mergePatch(
                Runtime.self, "ada", in: "demo", ["spec": ["desiredState": .string(state.rawValue)]])
            try await reach(phase)
        }

        func reach(_ phase: RuntimePhase) async throws {
            var last: Runtime?
            do {
                try await eventually("the runtime is \(phase)") {
                    last = try await client.find(Runtime.self, "ada", in: "demo")
                    return last?.status.phase == phase && last?.hasNewWish == false
                }
            } catch {
                let pod = try await client.find(Pod.self, "ada", in: "demo")
                let log = try? String(
                    decoding: await client.stream(
                        for: APIRequest(.get, "/api/v1/namespaces/demo/pods/ada/log")).collect(limit: 1 << 20),
                    as: UTF8.self)
                throw Finding(
                    .deadline,
                    "Not \(phase): \(last?.status.document ?? [:]) \(pod?.status?.document ?? [:]) \(log ?? "no log")")
            }
        }

        func ask(
            _ path: String, method: HTTPRequest.Method = .get, headers: HTTPFields = [:]
        ) async throws -> (status: HTTPResponse.Status, text: String) {
            let pod = try await client.get(Pod.self, "ada", in: "demo")
            let endpoint = try #require(pod.endpoint(port: "http"))
            let response = try await transport.send(
                Request(method, "http://\(endpoint.host):\(endpoint.port)\(path)", headers: headers))
            return (response.status, String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self))
        }

        func secret(_ key: String) async throws -> String {
            let secret = try await client.get(KubernetesSecret.self, "ada-runtime", in: "demo")
            return String(decoding: try #require(secret.data[key].flatMap { Base64.decode($0) }), as: UTF8.self)
        }
    }

    private static func withWorld(_ body: @escaping @Sendable (World) async throws -> Void) async throws {
        var options = EmbeddedCluster.Options()
        options.logger = silent
        let cluster = try await EmbeddedCluster(options)
        let scratch = try ScratchDirectory()
        let transport = CurlTransport()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            func runs(_ part: @escaping @Sendable () async throws -> Void) {
                group.addTask {
                    do { try await part() } catch where Task.isCancelled {}
                    return false
                }
            }
            runs { try await cluster.run() }
            try await ClawGroup.install(in: cluster.client)
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            var context = Fixture.context
            context.gatewayURL = "http://127.0.0.1:4000"
            try await PlatformSettings.publish(context, in: cluster.client)
            let node = ProcessNode(
                configuration: ProcessNodeConfiguration(name: "local", rootDirectory: "\(scratch.path)/node"),
                api: cluster.client, logger: silent)
            cluster.connect(node: "local", node)
            runs { try await node.run() }
            let caches = SharedCaches(cluster.client)
            let orchestrator = Orchestrator(caches: caches, logger: silent)
            runs { try await caches.run() }
            runs { try await orchestrator.run() }
            group.addTask {
                defer { node.drain() }
                try await SystemTime().withDeadline(.seconds(240), "The test") {
                    try await body(World(client: cluster.client, transport: transport, scratch: scratch))
                }
                return true
            }
            while let isBody = try await group.next() { if isBody { break } }
        }
        await transport.shutdown()
    }

    // MARK: OpenClaw

    /// In place of the gateway, which no registry at hand has: it reads what the gateway reads, and refuses what the gateway
    /// refuses.
    private static let gateway = """
        const fs = require("fs"), http = require("http"), path = require("path"), v8 = require("v8");
        const state = process.env.OPENCLAW_STATE_DIR, file = process.env.OPENCLAW_CONFIG_PATH;
        if (fs.lstatSync(file).isSymbolicLink()) throw new Error("the configuration must be a regular file");
        const text = fs.readFileSync(file, "utf8")
            .replace(/\\$\\{([A-Z_]+)\\}/g, (_, name) => process.env[name] ?? "");
        const config = JSON.parse(text);
        fs.writeFileSync(file + ".x", text); fs.renameSync(file + ".x", file);
        const locks = path.join(state, "tmp", "openclaw-" + process.getuid()), lock = path.join(locks, "gateway.lock");
        if (fs.existsSync(lock)) { console.error("gateway already running (pid 7)"); process.exit(1); }
        fs.mkdirSync(locks, { recursive: true }); fs.writeFileSync(lock, "7");
        const auth = config.gateway.auth, began = Date.now();
        http.createServer((ask, answer) => {
            const json = (code, value) => { answer.writeHead(code, { "content-type": "application/json" }); answer.end(JSON.stringify(value)); };
            const from = ask.socket.remoteAddress.replace("::ffff:", "");
            if (ask.url === "/healthz") return json(200, { ok: true, status: "live" });
            if (ask.url === "/startupz") return Date.now() - began < 500 ? json(503, { status: "starting" }) : json(200, { status: "started" });
            if (!config.gateway.trustedProxies.includes(from) || !auth.trustedProxy.allowLoopback) return json(403, { why: from });
            for (const name of auth.trustedProxy.requiredHeaders) if (!ask.headers[name]) return json(401, { missing: name });
            json(200, {
                user: ask.headers[auth.trustedProxy.userHeader], mode: auth.mode,
                heap: Math.round(v8.getHeapStatistics().heap_size_limit / 1048576),
                key: config.models.providers.clawkit.apiKey, model: config.agents.defaults.model.primary,
                port: process.env.OPENCLAW_GATEWAY_PORT, args: process.argv.slice(1),
            });
        }).listen(process.env.PORT, "127.0.0.1");
        """

    @Test("a gateway: begins, knows its user by the proxy, has its model key, and begins again over its own stale lock",
        .enabled(if: program("node") != nil, "needs Node.js: apt-get install nodejs"))
    func openClaw() async throws {
        try await Self.withWorld { world in
            // Inline: a file below /tmp is looked for in the pod's own /tmp.
            var spec = RuntimeTemplateSpec(
                profile: .openClaw, command: ["node", "-e", Self.gateway, "--", "gateway", "--port", "$(PORT)"])
            spec.resources = ["memory": RuntimeResource(default: "1Gi")]
            try await world.start(RuntimeTemplate(name: "openclaw", in: "demo", spec: spec))
            try await world.reach(.ready)
            let stranger = try await world.ask("/whoami")
            #expect(stranger.status == .unauthorized)
            let headers: HTTPFields = [
                IdentityHeaders.user: "ada", IdentityHeaders.runtime: "demo/ada", .xForwardedProto: "https",
            ]
            let told = try JSONParser.parse(Array(try await world.ask("/whoami", headers: headers).text.utf8))
            #expect(told["user"]?.string == "ada")
            #expect(told["mode"]?.string == "trusted-proxy")
            #expect(told["key"]?.string == (try await world.secret("OPENAI_API_KEY")))
            #expect(told["model"]?.string == "clawkit/echo")
            #expect(told["args"]?.array?.last == told["port"])
            let heap = try #require(told["heap"]?.integer)
            #expect((700...1000).contains(heap))
            // The stand-in leaves its lock behind, as one that ran out of memory does.
            try await world.want(.stopped, .stopped)
            try await world.want(.running, .ready)
            #expect(try await world.ask("/whoami", headers: headers).status == .ok)
        }
    }

    // MARK: Jupyter

    @Test("a real Jupyter server: in by the proxy's word, by nothing else; it tells when it was last used",
        .enabled(if: program("jupyter") != nil, "needs jupyter-server: pip install jupyter-server, or make test-full"))
    func jupyter() async throws {
        let jupyter = try #require(program("jupyter"))
        try await Self.withWorld { world in
            let spec = RuntimeTemplateSpec(profile: .jupyter, command: [jupyter, "server", "--allow-root"])
            try await world.start(RuntimeTemplate(name: "notebook", in: "demo", spec: spec))
            try await world.reach(.ready)
            let base = "/r/demo/ada"
            #expect(try await world.ask("\(base)/api").status == .ok)
            #expect(try await world.ask("\(base)/api/status").status == .forbidden)
            #expect(try await world.ask("/api/status").status == .notFound)
            let token = try await world.secret(RuntimeCell.gatewayToken)
            var headers: HTTPFields = [.openClawToken: token, IdentityHeaders.user: "ada"]
            let me = try JSONParser.parse(Array(try await world.ask("\(base)/api/me", headers: headers).text.utf8))
            #expect(me["identity"]?["username"]?.string == "ada")
            // Writes need no cookie of theirs, and a page of another origin gets none through.
            headers[.contentType] = "application/json"
            #expect(try await world.ask("\(base)/api/contents", method: .post, headers: headers).status == .created)
            headers[.origin] = "https://evil.test"
            let foreign = try await world.ask("\(base)/api/status", headers: headers)
            #expect(!foreign.text.contains("evil.test"))
            headers[.origin] = nil
            let report = try #require(JupyterProfile().activity)
            let status = try JSONParser.parse(
                Array(try await world.ask("\(base)/\(report.path)", headers: headers).text.utf8))
            let last = try #require(status.object?[FieldKey(report.member)]?.string.flatMap { Timestamp(rfc3339: $0) })
            #expect(SystemTime().now - last < .seconds(120))
            #expect(try !AgentActivity(status, as: report).isBusy)
            headers[.openClawToken] = "gw_wrong"
            #expect(try await world.ask("\(base)/api/status", headers: headers).status == .forbidden)
        }
    }

    // MARK: reload

    @Test("a program finds another secret in its files and goes on")
    func reload() async throws {
        try await Self.withWorld { world in
            func secret(_ value: String) -> KubernetesSecret {
                KubernetesSecret(
                    metadata: ObjectMeta(name: "db", namespace: "demo"), data: ["key": Base64.encode(Array(value.utf8))],
                    type: "Opaque")
            }
            _ = try await world.client.create(secret("one"))
            var spec = RuntimeTemplateSpec(command: ["python3", "\(world.scratch.path)/serve.py"])
            spec.variables = [EnvironmentVariable("PASSWORD", secret: "db", key: "key")]
            spec.document["rotation"] = "Reload"
            try """
                import http.server, os
                class Handler(http.server.BaseHTTPRequestHandler):
                    def do_GET(self):
                        text = open(os.environ["CLAW_ENVIRONMENT_DIR"] + "/PASSWORD").read()
                        body = f"{os.getpid()} {os.environ['PASSWORD']} {text}".encode()
                        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers()
                        self.wfile.write(body)
                    def log_message(self, *_): pass
                http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
                """.write(toFile: "\(world.scratch.path)/serve.py", atomically: true, encoding: .utf8)
            var set = EnvironmentSet(name: "project", in: "demo")
            set.spec.refreshSeconds = 5
            _ = try await world.client.create(set)
            try await world.start(RuntimeTemplate(name: "web", in: "demo", spec: spec))
            try await world.reach(.ready)
            let first = try await world.ask("/").text.split(separator: " ")
            #expect(first.dropFirst() == ["one", "one"])
            _ = try await world.client.mergePatch(
                KubernetesSecret.self, "db", in: "demo", ["data": .object(JSONObject([("key", .string(secret("two").data["key"] ?? ""))]))])
            try await eventually("its file has the new one") { try await world.ask("/").text.hasSuffix(" two") }
            // The same process still: its environment is the old one.
            #expect(try await world.ask("/").text.split(separator: " ").prefix(2) == first.prefix(2))
        }
    }
}

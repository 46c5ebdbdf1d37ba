import ClawKit
import ExampleSupport
import Foundation
import HTTPTypes
import Testing

@Suite("Programs that must know their users, in pods that were there before them", .timeLimit(.minutes(5)))
struct WaitingProgramTests {
    /// Says what it was begun with: its configuration, a key, and which run of its container it is.
    private static let gateway = """
        const fs = require("fs"), http = require("http");
        const config = JSON.parse(fs.readFileSync(process.env.OPENCLAW_CONFIG_PATH, "utf8"));
        http.createServer((ask, answer) => {
            answer.writeHead(200, { "content-type": "application/json" });
            answer.end(JSON.stringify({
                mode: config.gateway.auth.mode, key: (process.env.OPENAI_API_KEY ?? "").slice(0, 7),
                odd: process.env.ODD, waiter: process.env.CLAW_WAITER ?? "gone",
                port: process.argv.at(-1) === process.env.PORT,
            }));
        }).listen(process.env.PORT);
        """

    private static let notebook = """
        import http.server, json, os, sys
        place = [word for word in sys.argv if word.startswith("--config=")][0][len("--config="):]
        text = open(place).read()
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps({
                    "mode": "PlatformIdentity" if "PlatformIdentity" in text and "/r/demo/ada/" in text else "none",
                    "key": os.environ["OPENAI_API_KEY"][:7], "odd": os.environ["ODD"],
                    "waiter": os.environ.get("CLAW_WAITER", "gone"),
                    "port": "--ServerApp.port=" + os.environ["PORT"] in sys.argv,
                }).encode()
                self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_): pass
        http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
        """

    /// What a shell could take for something of its own.
    private static let odd = "it's $HOME `id` \\ \"quoted\"\nand more "

    @Test(
        "waiting is a run of the container's own; the program begins with its user's files and variables",
        .enabled(
            if: Programs.system("node") != nil && Programs.system("python3") != nil,
            "needs Node.js and Python: apt-get install nodejs python3"),
        arguments: [RuntimeTemplateSpec.Profile.openClaw, .jupyter])
    func begins(profile: RuntimeTemplateSpec.Profile) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory)
        do {
            func claw(_ arguments: [String]) async throws -> String {
                let outcome = try await run(
                    Programs.path("claw"), arguments, in: platform.directory,
                    environment: ["CLAW_SERVER": platform.controlPlane])
                try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
                return outcome.output
            }
            _ = try await claw(["tenant", "create", "acme"])
            _ = try await claw(["project", "create", "demo", "--tenant", "acme"])
            let created = try await claw(
                ["user", "create", "ada", "--project", "demo", "--role", "owner", "--output", "json"])
            let token = try #require(try JSONParser.parse(Array(created.utf8))["token"]?.string)
            let api = try platform.kubernetes
            let command = profile == .openClaw
                ? ["node", "-e", Self.gateway, "--", "--port", "$(PORT)"] : ["python3", "-c", Self.notebook]
            _ = try await api.create(
                RuntimeTemplate(name: "odd", in: "demo", spec: RuntimeTemplateSpec(profile: profile, command: command)))
            _ = try await api.create(RuntimePool(name: "warm", in: "demo", spec: RuntimePoolSpec(template: "odd", size: 1)))
            let warm = try await eventually("a pod is warm") {
                try await api.list(Pod.self, in: "demo").items.first { pod in
                    pod.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false
                }
            }
            var spec = RuntimeSpec(user: "ada", template: "odd")
            spec.document["env"] = [["name": "ODD", "value": .string(Self.odd)]]
            _ = try await api.create(Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: spec))
            let runtime = try await eventually("it is ready") {
                let found = try await api.get(Runtime.self, "ada", in: "demo")
                return found.status.phase == .ready ? found : nil
            }
            #expect(runtime.status.pool == "warm")
            #expect(runtime.status.restarts == 0)
            let answer = try await platform.get("/r/demo/ada/whoami", token: token)
            let text = String(decoding: try await answer.body.collect(limit: 1 << 20), as: UTF8.self)
            let told = try JSONParser.parse(Array(text.utf8))
            #expect(told["mode"]?.string == (profile == .openClaw ? "trusted-proxy" : "PlatformIdentity"), "\(text)")
            #expect(told["key"] == "sk-claw")
            #expect(told["odd"]?.string == Self.odd)
            #expect(told["waiter"] == "gone")
            #expect(told["port"] == true)
            let pod = try await api.get(Pod.self, warm.name, in: "demo")
            #expect(pod.uid == warm.uid)
            #expect(pod.status?.containerStatuses.first?.restartCount == 1)
        } catch {
            Issue.record(error)
        }
        #expect(try await platform.stop() == 0)
    }
}

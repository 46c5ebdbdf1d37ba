/// Both do the same. A question at the beginning is answered after two seconds at the latest: by then a control plane that
/// has just begun knows the pod. Requests of visitors, which come between the claim and the program's start, are told to
/// come back.
extension BundleWaiter {
    static let nodeSource = #"""
        const fs = require("fs"), path = require("path"), http = require("http");
        const [mode, directory] = process.argv.slice(1);
        const pause = (seconds) => new Promise((then) => setTimeout(then, seconds * 1000));
        async function ask(wait) {
            const token = fs.readFileSync(process.env.CLAW_BUNDLE_TOKEN_FILE, "utf8").trim();
            const answer = await fetch(process.env.CLAW_BUNDLE_URL + "?wait=" + wait, {
                headers: { authorization: "Bearer " + token }, signal: AbortSignal.timeout((wait + 20) * 1000),
            });
            if (answer.status === 204) return null;
            if (answer.status !== 200) throw new Error("The platform answers " + answer.status + ".");
            return await answer.json();
        }
        async function answered(wait) {
            for (let seconds = 0.25; ; seconds = Math.min(seconds * 2, 10)) {
                try { return await ask(wait); } catch (error) { console.error(String(error)); }
                await pause(seconds * (0.5 + Math.random() / 2));
            }
        }
        async function begin() {
            const bundle = await answered(2);
            if (bundle === null) process.exit(75);
            for (const [name, text] of Object.entries(bundle.files ?? {}))
                fs.writeFileSync(path.join(directory, path.basename(name)), text, { mode: 0o600 });
            const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";
            const given = Object.entries(bundle.environment);
            process.stdout.write(given.map(([name, value]) => "export " + name + "=" + quoted(value) + "\n").join(""));
        }
        async function wait() {
            for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
            http.createServer((asked, answer) => {
                const headers = { "content-type": "application/json", "retry-after": "1" };
                answer.writeHead("x-claw-user" in asked.headers ? 503 : 200, headers).end("{}");
            }).listen(Number(process.env.PORT));
            while (await answered(50) === null) {}
            process.exit(0);
        }
        (mode === "ask" ? begin() : wait()).catch((error) => { console.error(error); process.exit(1); });
        """#

    static let pythonSource = #"""
        import http.server, json, os, random, signal, sys, threading, time, urllib.request
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        def ask(wait):
            token = open(os.environ["CLAW_BUNDLE_TOKEN_FILE"]).read().strip()
            question = urllib.request.Request(
                os.environ["CLAW_BUNDLE_URL"] + "?wait=" + str(wait), headers={"Authorization": "Bearer " + token})
            with opener.open(question, timeout=wait + 20) as answer:
                if answer.status == 204: return None
                if answer.status != 200: raise OSError("The platform answers " + str(answer.status) + ".")
                return json.load(answer)
        def answered(wait):
            seconds = 0.25
            while True:
                try: return ask(wait)
                except Exception as error: print(error, file=sys.stderr, flush=True)
                time.sleep(seconds * random.uniform(0.5, 1))
                seconds = min(seconds * 2, 10)
        def begin(directory):
            bundle = answered(2)
            if bundle is None: sys.exit(75)
            for name, text in bundle.get("files", {}).items():
                place = os.path.join(directory, os.path.basename(name))
                with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    file.write(text.encode())
            for name, value in bundle["environment"].items():
                line = "export " + name + "='" + value.replace("'", "'\\''") + "'\n"
                sys.stdout.buffer.write(line.encode())
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(503 if self.headers.get("X-Claw-User") else 200)
                headers = {"Content-Type": "application/json", "Retry-After": "1", "Content-Length": "2"}
                for name, value in headers.items(): self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD": self.wfile.write(b"{}")
            do_HEAD = do_POST = do_GET
            def log_message(self, *_): pass
        def wait():
            for number in signal.SIGTERM, signal.SIGINT: signal.signal(number, lambda *_: os._exit(0))
            server = http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            while answered(50) is None: pass
            os._exit(0)
        if sys.argv[1] == "ask": begin(sys.argv[2])
        else: wait()
        """#
}

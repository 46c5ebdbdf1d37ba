import ArgumentParser
import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization
import Testing

@testable import claw

@Suite("The way to the control plane")
struct ConnectionTests {
    private final class Seen: Sendable {
        let tokens = Mutex<[String]>([])
    }

    private func bench(_ seen: Seen) -> Bench {
        Bench { request in
            seen.tokens.withLock { $0.append(request.headers[.authorization] ?? "none") }
            return Answer.json(["items": []])
        }
    }

    @Test("the token comes from the flag, else the environment, else the file")
    func tokenSources() async {
        let seen = Seen()
        var bench = bench(seen)
        _ = await bench.run("tenant", "list")
        bench.environment = ["CLAW_TOKEN": "from-environment"]
        _ = await bench.run("tenant", "list")
        _ = await bench.run("tenant", "list", "--token", "from-flag")
        bench.environment = ["CLAW_TOKEN": ""]
        _ = await bench.run("tenant", "list")
        #expect(
            seen.tokens.withLock { $0 } == [
                "Bearer \(Bench.token)", "Bearer from-environment", "Bearer from-flag", "Bearer \(Bench.token)",
            ])
    }

    @Test("a missing token file says how to mend it, and nothing is sent")
    func noToken() async {
        var bench = bench(Seen())
        bench.files = InMemorySecrets()
        let outcome = await bench.run("tenant", "list")
        #expect(outcome.status == .usage)
        #expect(outcome.error.contains(".claw/admin-token is missing"))
        #expect(outcome.error.contains("CLAW_TOKEN"))
        #expect(bench.exchanges.isEmpty)
    }

    @Test("the address comes from the flag, else the environment, else the default")
    func serverSources() async throws {
        var options = ConnectionOptions.parseOrDefault()
        #expect(try options.serverURL([:]) == "http://127.0.0.1:8080")
        #expect(try options.serverURL(["CLAW_SERVER": "https://claw.example/"]) == "https://claw.example")
        options.server = "http://[::1]:9000"
        #expect(try options.serverURL(["CLAW_SERVER": "https://claw.example"]) == "http://[::1]:9000")
    }

    @Test("a control plane that is not there is exit code 5 and says how to start it")
    func unreachable() async {
        let bench = Bench(failing: TransportError(code: .unreachable, message: "nobody listens"))
        let outcome = await bench.run("tenant", "list")
        #expect(outcome.status == .unreachable)
        #expect(
            outcome.error == """
                claw: the control plane at http://127.0.0.1:8080 cannot be reached (nobody listens); \
                start it with "make up" or name it with --server

                """)
        let json = await bench.run("tenant", "list", "-o", "json")
        #expect(json.errorJSON?["code"] == "E_UNREACHABLE")
    }

    @Test(
        "the control plane's no decides the exit code",
        arguments: [
            (404, CommandStatus.notFound), (400, .refused), (401, .refused), (403, .refused), (409, .refused),
            (422, .refused), (500, .failed), (503, .failed),
        ])
    func refusals(status: Int, exit: CommandStatus) async {
        let bench = Bench { _ in Answer.finding("E_NAME", "That is no name.", status, field: "name") }
        let outcome = await bench.run("tenant", "create", "x")
        #expect(outcome.status == exit)
        #expect(outcome.error == "claw: E_NAME: That is no name. (name)\n")
        #expect(outcome.out.isEmpty)
        let json = await bench.run("tenant", "create", "x", "--output", "json")
        #expect(json.status == exit)
        #expect(json.errorJSON == ["code": "E_NAME", "message": "That is no name.", "field": "name"])
    }

    @Test(
        "an answer that is none of a control plane's fails without a code of its own",
        arguments: [
            (Response.text("<html>", status: .notFound), CommandStatus.notFound), (.text("<html>"), .failed),
            (.text("", status: .badGateway), .failed), (Answer.json([:], 400), .failed),
            (Answer.json([], 302), .failed),
        ])
    func otherServers(response: Response, exit: CommandStatus) async {
        let outcome = await Bench { _ in response }.run("tenant", "list")
        #expect(outcome.status == exit)
        #expect(outcome.error.hasPrefix("claw: E_BAD_ANSWER: http://127.0.0.1:8080 "), "\(outcome.error)")
    }

    @Test("no error shows the token, whoever repeats it")
    func noTokenInErrors() async {
        let secret = "claw_admin_0123456789"
        let bench = Bench { request in
            Answer.finding("E_TOKEN", "I do not know \(request.headers[.authorization] ?? "")\u{1B}[2J\nnext", 401)
        }
        for outcome in [
            await bench.run("tenant", "list"), await bench.run("tenant", "list", "-o", "json"),
            await bench.run("tenant", "list", "--token", secret, secret),
        ] {
            #expect(!outcome.error.contains(secret))
            #expect(outcome.error.contains("[redacted]"))
            #expect(!outcome.error.contains("\u{1B}"))
            #expect(outcome.error.split(separator: "\n").count == 1)
        }
    }
}

extension ConnectionOptions {
    static func parseOrDefault() -> ConnectionOptions { (try? parse([])) ?? ConnectionOptions() }
}

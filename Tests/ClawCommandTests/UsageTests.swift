import ClawBase
import ClawDocuments
import ExampleSupport
import Testing

@testable import claw

@Suite("The command line's arguments")
struct UsageTests {
    private let bench = Bench { _ in Answer.json(["items": []]) }

    @Test(
        "help is printed to stdout and ends well",
        arguments: [["--help"], ["help"], ["tenant", "--help"], ["help", "runtime"], ["runtime", "start", "--help"]])
    func help(arguments: [String]) async {
        let console = RecordingConsole()
        let status = await CommandLineTool.run(
            arguments,
            in: Surroundings(files: InMemorySecrets(), console: console, transport: { _ in ScriptedTransport([]) }))
        #expect(status == .ok)
        #expect(console.out.contains("USAGE: claw"))
        #expect(console.error.isEmpty)
    }

    @Test(
        "what makes no sense is one line on stderr and exit code 2, and nothing is sent",
        arguments: [
            ([], "'claw' needs a command; see 'claw --help'"),
            (["tenant"], "'claw tenant' needs a command; see 'claw tenant --help'"),
            (["tenant", "lst"], "Unexpected argument 'lst'; see 'claw tenant --help'"),
            (["tenant", "list", "--foo"], "Unknown option '--foo'; see 'claw tenant list --help'"),
            (["tenant", "create"], "Missing expected argument '<name>'; see 'claw tenant create --help'"),
            (["--server", "ftp://x", "me"], "'ftp://x' is no address"),
            (["--server", "http://", "me"], "is no address"),
            (["--server", "http://u:p@h", "me"], "claw: the text is no address"),
            (["user", "create", "ada", "--project", "p", "--role", "king"], "'manager', 'developer' or 'viewer'"),
            (["runtime", "start", "--name", "x"], "'--user <user>'"),
            (["runtime", "stop"], "--user, --name"),
            (["runtime", "stop", "--user", "ada", "--timeout", "5x"], "'5x' is invalid for '--timeout <timeout>'"),
            (["chat", "--user", "ada", " "], "message is empty"),
            (["tenant", "show", ".."], "'..' is no name"),
            (["tenant", "show", ""], "'' is no name"),
            (["me", "--token", "two words"], "(--token)"),
        ])
    func usage(arguments: [String], message: String) async {
        let console = RecordingConsole()
        let transport = ScriptedTransport([])
        let status = await CommandLineTool.run(
            arguments,
            in: Surroundings(
                files: InMemorySecrets([.file(".claw/admin-token"): Secret("token")]), console: console,
                transport: { _ in transport }))
        #expect(status == .usage)
        #expect(console.out.isEmpty)
        #expect(console.error.hasPrefix("claw: ") && console.error.contains(message), "\(console.error)")
        #expect(console.error.split(separator: "\n").count == 1)
        #expect(transport.requests.isEmpty)
    }

    @Test("with JSON output a usage error is the JSON error object", arguments: ["--output=json", "-ojson"])
    func usageAsJSON(flag: String) async {
        let outcome = await bench.run("tenant", "list", "--foo", flag)
        #expect(outcome.status == .usage)
        #expect(outcome.errorJSON?["code"] == "E_USAGE")
        #expect(outcome.out.isEmpty)
    }

    @Test("options that every command has may stand before the command and behind it")
    func optionsAnywhere() async {
        let before = await bench.run("--output", "json", "tenant", "list")
        let behind = await bench.run("tenant", "list", "--output", "json")
        #expect(before.json == ["items": []])
        #expect(before.out == behind.out)
    }

    @Test(
        "time limits are numbers with a unit",
        arguments: [
            ("60s", Duration.seconds(60)), ("5m", .seconds(300)), ("250ms", .milliseconds(250)), ("2h", .seconds(7200)),
            ("7", .seconds(7)), ("0s", nil), ("", nil), ("s", nil), ("-1s", nil), ("1d", nil),
            ("99999999999999999999s", nil), ("٣s", nil),
        ])
    func timeLimits(text: String, duration: Duration?) {
        #expect(TimeLimit(argument: text)?.duration == duration)
    }
}

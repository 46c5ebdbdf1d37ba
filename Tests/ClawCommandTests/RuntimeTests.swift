import ClawBase
import ClawDocuments
import Synchronization
import Testing

@testable import claw

@Suite("Runtimes")
struct RuntimeTests {
    private static let create = "POST /api/v1/projects/demo/runtimes"

    @Test("starting makes a runtime that is not there, under the user's name, in the user's project")
    func startCreates() async {
        let platform = FakePlatform()
        let bench = Bench(platform)
        let outcome = await bench.run("runtime", "start", "--user", "ada")
        #expect(outcome.status == .ok)
        #expect(outcome.out == "start of demo/ada accepted as operation op-1\n")
        #expect(bench.exchanges.last == Self.create)
        #expect(
            platform.state.withLock { $0.posted["/api/v1/projects/demo/runtimes"] } == ["name": "ada", "user": "ada"])
    }

    @Test("a template and a name of its own go along")
    func startWithTemplate() async {
        let platform = FakePlatform()
        _ = await Bench(platform).run(
            "runtime", "start", "--user", "ada", "--name", "lab", "--template", "big", "--project", "demo")
        #expect(
            platform.state.withLock { $0.posted["/api/v1/projects/demo/runtimes"] }
                == ["name": "lab", "user": "ada", "template": "big"])
    }

    @Test("what is said of rest goes along as the spec has it")
    func rest() async {
        let platform = FakePlatform()
        let bench = Bench(platform)
        let started = await bench.run(
            "runtime", "start", "--user", "ada", "--idle-after", "10m", "--idle-signal", "requests", "--idle-signal", "agent",
            "--sleep-at", "0 22 * * *", "--wake-at", "0 7 * * *", "--time-zone", "Europe/Berlin", "--wake-on-request", "false",
            "--hold-seconds", "0", "--checkpoint-on", "suspend", "--checkpoint-on", "drain", "--checkpoint-timeout-seconds", "20",
            "--checkpoint-secret", "key", "--checkpoint-before-update", "volume")
        #expect(started.status == .ok, "\(started.error)")
        #expect(
            platform.state.withLock { $0.posted["/api/v1/projects/demo/runtimes"] } == [
                "name": "ada", "user": "ada",
                "idle": [
                    "afterSeconds": 600, "signals": ["Requests", "Agent"], "sleepAt": "0 22 * * *", "wakeAt": "0 7 * * *",
                    "timeZone": "Europe/Berlin",
                ],
                "wake": ["onRequest": false, "holdSeconds": 0],
                "checkpoint": [
                    "on": ["Suspend", "Drain"], "timeoutSeconds": 20, "secretName": "key",
                    "beforeUpdate": ["method": "Volume"],
                ],
            ])
        // A second start changes nothing of it, and says so.
        let again = await bench.run("runtime", "start", "--user", "ada", "--idle-after", "1h")
        #expect(again.status == .ok && again.error.contains("claw runtime set"))

        let changed = await bench.run(
            "runtime", "set", "--user", "ada", "--idle-after", "never", "--checkpoint-before-update", "best", "--reset", "wake")
        #expect(changed.status == .ok && changed.out == "runtime demo/ada changed\n", "\(changed.error)")
        #expect(bench.exchanges.last == "PATCH /api/v1/projects/demo/runtimes/ada")
        #expect(
            platform.state.withLock { $0.posted["/api/v1/projects/demo/runtimes/ada"] } == [
                "idle": ["afterSeconds": .null], "checkpoint": ["beforeUpdate": ["method": .null]], "wake": .null,
            ])
    }

    @Test(
        "what makes no sense of rest is refused here",
        arguments: [
            [], ["--hold-seconds", "601"], ["--idle-after", "soon"], ["--checkpoint-on", "never", "--checkpoint-on", "stop"],
            ["--idle-after", "5m", "--reset", "idle"], ["--checkpoint-timeout-seconds", "0"],
        ])
    func badRest(arguments: [String]) async {
        let bench = Bench(FakePlatform { $0.runtimes["demo/ada"] = FakePlatform.runtime("ada", user: "ada") })
        let outcome = await bench.run(["runtime", "set", "--user", "ada"] + arguments)
        #expect(outcome.status == .usage)
        #expect(bench.exchanges.isEmpty)
    }

    @Test("starting one that is there starts it")
    func startExisting() async {
        let stopped = FakePlatform.runtime("ada", user: "ada", phase: "Stopped")
        let platform = FakePlatform { $0.runtimes["demo/ada"] = stopped }
        let bench = Bench(platform)
        let outcome = await bench.run("runtime", "start", "--user", "ada", "--wait")
        #expect(outcome.out == "ada  Ready  http://127.0.0.1:8080/r/demo/ada/\n")
        #expect(bench.exchanges.contains("POST /api/v1/projects/demo/runtimes/ada/start"))
        #expect(!bench.exchanges.contains(Self.create))
    }

    @Test("one that somebody else makes at the same moment is started, too")
    func startRace() async {
        let platform = FakePlatform {
            $0.runtimes["demo/ada"] = FakePlatform.runtime("ada", user: "ada")
            $0.hidesOnce = true
        }
        let bench = Bench(platform)
        #expect(await bench.run("runtime", "start", "--user", "ada").status == .ok)
        #expect(bench.exchanges.last == "POST /api/v1/projects/demo/runtimes/ada/start")
    }

    @Test("waiting shows the runtime in the end, and the steps to somebody who watches")
    func wait() async {
        var bench = Bench(FakePlatform())
        let quiet = await bench.run("runtime", "start", "--user", "ada", "--wait")
        #expect(quiet.out == "ada  Ready  http://127.0.0.1:8080/r/demo/ada/\n")
        #expect(quiet.error.isEmpty)

        bench.isTerminal = true
        let watched = await bench.run("runtime", "restart", "--user", "ada", "--wait")
        #expect(watched.status == .ok)
        #expect(watched.error.contains("  provision: running\n  provision: done, volume bound\n"))

        let json = await bench.run("runtime", "stop", "--user", "ada", "--wait", "--output", "json")
        #expect(json.json?["phase"] == "Stopped")
        #expect(json.error.isEmpty)
    }

    @Test("an operation that fails ends with its finding: 1, or 3 where the runtime was refused")
    func failing() async {
        for (phase, status) in [("Failed", CommandStatus.failed), ("Refused", .refused)] {
            let platform = FakePlatform {
                $0.states = [["state": "failed", "error": ["code": "E_QUOTA", "message": "The project is full."]]]
                $0.endsAs["start"] = phase
            }
            let outcome = await Bench(platform).run("runtime", "start", "--user", "ada", "--wait")
            #expect(outcome.status == status)
            #expect(outcome.error == "claw: E_QUOTA: The project is full.\n")
            #expect(outcome.out.isEmpty)
        }
    }

    @Test("an operation in conflict with another is refused")
    func conflict() async {
        let platform = FakePlatform { $0.runtimes["demo/ada"] = FakePlatform.runtime("ada", user: "ada") }
        let outcome = await Bench(platform).run("runtime", "suspend", "--user", "ada", "--wait")
        #expect(outcome.status == .refused)
        #expect(outcome.error == "claw: E_ACTION_CONFLICT: The runtime is busy with operation op-7.\n")
    }

    @Test("what is not there cannot be stopped, shown or deleted", arguments: ["stop", "show", "delete", "recover"])
    func missing(action: String) async {
        let outcome = await Bench(FakePlatform()).run("runtime", action, "--user", "ada")
        #expect(outcome.status == .notFound)
        #expect(outcome.error.contains("no runtime 'ada' of user ada in project demo"))
    }

    @Test("another user's runtime is not touched by its name", arguments: ["start", "stop", "delete"])
    func somebodyElses(action: String) async {
        let platform = FakePlatform { $0.runtimes["demo/lab"] = FakePlatform.runtime("lab", user: "bob") }
        let bench = Bench(platform)
        let outcome = await bench.run("runtime", action, "--user", "ada", "--name", "lab")
        #expect(outcome.status == .usage)
        #expect(outcome.error.contains("belongs to bob, not to ada"))
        #expect(!bench.transport.exchanges.contains { $0.isWrite })
    }

    @Test("a deleted runtime is gone")
    func delete() async {
        let platform = FakePlatform { $0.runtimes["demo/ada"] = FakePlatform.runtime("ada", user: "ada") }
        let outcome = await Bench(platform).run("runtime", "delete", "--user", "ada", "--wait")
        #expect(outcome.out == "runtime ada deleted\n")
    }

    @Test("the list covers all projects, or one, or one user's")
    func list() async {
        let platform = FakePlatform {
            $0.projects = ["demo": ["ada"], "lab": ["bob"]]
            $0.runtimes["demo/ada"] = FakePlatform.runtime("ada", user: "ada")
            $0.runtimes["lab/bob"] = FakePlatform.runtime("bob", user: "bob", phase: "Failed", in: "lab")
        }
        let bench = Bench(platform)
        #expect(
            await bench.run("runtime", "list").out == """
                NAME  PROJECT  USER  PHASE   RESTARTS  URL
                ada   demo     ada   Ready   0         http://127.0.0.1:8080/r/demo/ada/
                bob   lab      bob   Failed  0         http://127.0.0.1:8080/r/lab/bob/

                """)
        #expect(await bench.run("runtime", "list", "--project", "lab", "-o", "json").json?["items"]?.array?.count == 1)
        #expect(await bench.run("runtime", "list", "--user", "ada").lines.count == 2)
    }
}

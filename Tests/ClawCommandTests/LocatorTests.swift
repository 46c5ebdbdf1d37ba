import ClawBase
import ClawDocuments
import Testing

@testable import claw

@Suite("A runtime named without its project")
struct LocatorTests {
    private func platform(_ runtimes: [String: JSON]) -> FakePlatform {
        FakePlatform {
            $0.projects = ["demo": ["ada", "bob"], "lab": ["ada"], "other": []]
            $0.runtimes = runtimes
        }
    }

    @Test("is where the user has it")
    func whereItIs() async {
        let bench = Bench(platform(["lab/ada": FakePlatform.runtime("ada", user: "ada", in: "lab")]))
        #expect(await bench.run("runtime", "stop", "--user", "ada").status == .ok)
        #expect(bench.exchanges.last == "POST /api/v1/projects/lab/runtimes/ada/stop")
    }

    @Test("is not the one of another user with the same name")
    func notAnothers() async {
        let bench = Bench(
            platform([
                "demo/ada": FakePlatform.runtime("ada", user: "bob"),
                "lab/ada": FakePlatform.runtime("ada", user: "ada", in: "lab"),
            ]))
        #expect(await bench.run("runtime", "start", "--user", "ada").status == .ok)
        #expect(bench.exchanges.last == "POST /api/v1/projects/lab/runtimes/ada/start")
    }

    @Test("is asked for where it is in several projects, or could be made in several")
    func ambiguous() async {
        let none = await Bench(platform([:])).run("runtime", "start", "--user", "ada")
        #expect(none.status == .usage)
        #expect(none.error.contains("demo, lab") && none.error.contains("--project"))

        let both = Bench(
            platform([
                "demo/ada": FakePlatform.runtime("ada", user: "ada"),
                "lab/ada": FakePlatform.runtime("ada", user: "ada", in: "lab"),
            ]))
        let outcome = await both.run("runtime", "stop", "--name", "ada")
        #expect(outcome.status == .usage)
        #expect(outcome.error.contains("demo, lab"))
        #expect(!both.transport.exchanges.contains { $0.isWrite })
    }

    @Test("is found after its user has left the project")
    func leftBehind() async {
        let bench = Bench(platform(["other/eve": FakePlatform.runtime("eve", user: "eve", in: "other")]))
        #expect(await bench.run("runtime", "show", "--user", "eve").status == .ok)
        #expect(await bench.run("runtime", "start", "--user", "nobody").status == .notFound)
    }
}

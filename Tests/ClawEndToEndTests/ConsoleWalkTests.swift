import ClawKit
import Foundation
import Testing

/// What stands in the pages as commands is typed, and prints what stands there.
@Suite("The walks of the pages", .serialized, .timeLimit(.minutes(5)))
struct ConsoleWalkTests {
    @Test("each command of a page's walk prints what the page says", arguments: [("Docs/pools.md", 8), ("Docs/capacity.md", 13)])
    func walk(page: String, atLeast count: Int) async throws {
        let walk = try ConsoleWalk(page, chapter: "A walk")
        try #require(walk.steps.count >= count)
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory)
        do {
            for command in [["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"]] {
                let outcome = try await run(
                    Programs.path("claw"), command, in: directory, environment: ["CLAW_SERVER": platform.controlPlane])
                try #require(outcome.status == 0, "\(outcome.errors)")
            }
            try await walk.run(
                beside: platform,
                places: [
                    ("http://127.0.0.1:8080", platform.controlPlane), ("http://127.0.0.1:4000", platform.gateway ?? ""),
                    ("8081", "\(try await ModelClients.freePort())"),
                ])
        } catch {
            let log = (try? String(contentsOfFile: platform.file("control-plane.log"), encoding: .utf8)) ?? ""
            Issue.record("\(error)\n\(log.suffix(4000))")
        }
        #expect(try await platform.stop() == 0)
    }

    @Test("a walk is told from what only looks like it")
    func reading() throws {
        let step = ConsoleWalk.Step(command: "claw pool list", output: ["NAME  AT", "edge  2026-…Z"])
        #expect(step.isLook && !step.isBackground)
        #expect(step.isPrinted(by: "NAME AT\nedge   2026-01-01Z\n"))
        #expect(!step.isPrinted(by: "NAME AT\nedge   2026-01-01\n"))
        #expect(!step.isPrinted(by: "NAME AT\n"))
        #expect(!step.isPrinted(by: "NAME AT\nedge 2026-01-01Z\nmore\n"))
        #expect(throws: Finding.self) { try ConsoleWalk("Docs/pools.md", chapter: "No walk") }
    }
}

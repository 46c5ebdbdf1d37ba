import ClawKit
import Foundation
import HTTPTypes
import Testing

/// What a runtime keeps, out to a file and into another runtime, with the built programs.
@Suite("Volumes out and in", .serialized)
struct VolumeTests {
    @Test("a conversation goes out as an archive and comes back in another's runtime; others get none")
    func archive() async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let platform = try await RunningPlatform.start(in: directory)
        do {
            try await walk(platform)
        } catch {
            let log = (try? String(contentsOfFile: platform.file("control-plane.log"), encoding: .utf8)) ?? ""
            Issue.record("\(error)\n\(log.suffix(4000))")
        }
        #expect(try await platform.stop() == 0)
    }

    private func walk(_ platform: RunningPlatform) async throws {
        for command in [["tenant", "create", "acme"], ["project", "create", "demo", "--tenant", "acme"]] {
            let outcome = try await run(
                Programs.path("claw"), command, in: platform.directory, environment: ["CLAW_SERVER": platform.controlPlane])
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
        var tokens: [String: String] = [:]
        for user in ["ada", "bob"] {
            let created = try await platform.claw(
                "user", "create", user, "--project", "demo", "--role", "developer", "--output", "json")
            tokens[user] = try JSONParser.parse(Array(created.output.utf8))["token"]?.string
            let started = try await platform.claw("runtime", "start", "--user", user, "--wait")
            try #require(started.status == 0, "\(started.errors)")
        }
        let said = try await platform.claw("chat", "--user", "ada", "remember the blue door")
        try #require(said.status == 0, "\(said.errors)")
        let stolen = try await platform.claw("runtime", "export", "--user", "ada", "stolen.tar", token: tokens["bob"])
        #expect(stolen.status == 3)
        #expect(!FileManager.default.fileExists(atPath: platform.file("stolen.tar")))
        let exported = try await platform.claw("runtime", "export", "--user", "ada", "ada.tar", token: tokens["ada"])
        try #require(exported.status == 0, "\(exported.errors)")
        let listing = try await run("/bin/tar", ["-tf", platform.file("ada.tar")], in: platform.directory)
        #expect(listing.status == 0)
        let imported = try await platform.claw("runtime", "import", "--user", "bob", "ada.tar", token: tokens["bob"])
        try #require(imported.status == 0, "\(imported.errors)")
        let restarted = try await platform.claw("runtime", "restart", "--user", "bob", "--wait")
        try #require(restarted.status == 0, "\(restarted.errors)")
        let response = try await platform.get("/r/demo/bob/conversation", token: tokens["bob"])
        let kept = String(decoding: try await response.body.collect(limit: 1 << 20), as: UTF8.self)
        #expect(kept.contains("remember the blue door"))
        try Data("no archive".utf8).write(to: platform.directory.appending(path: "bad.tar"))
        let bad = try await platform.claw("runtime", "import", "--user", "bob", "bad.tar")
        #expect(bad.status == 3)
        #expect(bad.errors.contains("E_ARCHIVE"))
        let env = try await platform.claw("runtime", "env", "--user", "bob")
        #expect(env.status == 0, "\(env.errors)")
    }
}

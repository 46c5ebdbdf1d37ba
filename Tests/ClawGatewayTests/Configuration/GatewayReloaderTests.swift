import ClawBase
import ClawDialects
@testable import ClawGateway
import ClawLedger
import ClawPlatform
import Foundation
import ServiceTesting
import Testing

@Suite("A configuration that changes")
struct GatewayReloaderTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml").path
    private let time = VirtualTime()
    private let secrets = InMemorySecrets([.environment("CI_KEY"): Secret("sk-one")])
    private let grants = InMemoryGrants()
    private let limits = InMemoryLimits()

    private func write(_ model: String) throws {
        let text = """
            models: [{name: \(model), upstreams: [{dialect: echo}]}]
            keys: [{name: ci, key: {env: CI_KEY}}]
            limits: [{project: \(model), requests: 1}]
            """
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func sources() throws -> ModelSources {
        try ModelSources(
            [DeclaredModel("one", [DeclaredDeployment(.echo)])], transport: ScriptedTransport([]), secrets: secrets,
            time: time)
    }

    private func reloader(_ models: ModelSources) -> GatewayReloader {
        GatewayReloader(path, models: models, grants: grants, limits: limits, secrets: secrets, time: time)
    }

    private static func word(_ outcome: GatewayReloader.Outcome) -> String {
        switch outcome {
        case .unchanged: "unchanged"
        case .applied: "applied"
        case .refused: "refused"
        }
    }

    @Test("models, keys and limits change together; a wrong file changes nothing and says why")
    func reloads() async throws {
        try write("one")
        let models = try sources()
        let (router, reloader) = (models.router, reloader(models))
        try write("two")
        #expect(await Self.word(reloader.reload()) == "applied")
        #expect(router.aliases == ["two"])
        #expect(await grants.grant(forKeyHash: Token.hash("sk-one"))?.id == "ci")
        #expect(await limits.limits(of: UsageSubject(project: "two")).count == 1)

        try Data("models: [{name: three}]".utf8).write(to: URL(filePath: path))
        #expect(await Self.word(reloader.reload()) == "refused")
        #expect(reloader.refusal?.findings.first?.field == "\(path):1")
        #expect(router.aliases == ["two"])

        // A key that cannot be had refuses the whole file, too.
        try write("four")
        secrets.set(nil, for: .environment("CI_KEY"))
        #expect(await Self.word(reloader.reload()) == "refused")
        #expect(router.aliases == ["two"])
        #expect(await limits.limits(of: UsageSubject(project: "four")).isEmpty)

        // The same file, asked for again, takes the key as it is now.
        secrets.set(Secret("sk-two"), for: .environment("CI_KEY"))
        #expect(await Self.word(reloader.reload()) == "unchanged")
        #expect(router.aliases == ["four"] && reloader.refusal == nil)
        #expect(await grants.grant(forKeyHash: Token.hash("sk-one")) == nil)
        #expect(await grants.grant(forKeyHash: Token.hash("sk-two"))?.id == "ci")
    }

    @Test("the cache takes other settings, and forgets what is too much for them")
    func cache() async throws {
        func write(_ keep: String, _ entries: Int) throws {
            try Data("gateway: {cache: {keep: \(keep), entries: \(entries)}}".utf8).write(to: URL(filePath: path))
        }
        try write("60s", 10)
        let cache = AnswerCache(try GatewayConfiguration(contentsOf: path).cache, time: time)
        let reloader = GatewayReloader(
            path, models: try sources(), grants: grants, limits: limits, cache: cache, secrets: secrets, time: time)
        try write("5s", 3)
        guard case .applied(let notes) = await reloader.reload() else {
            Issue.record("The file was not applied.")
            return
        }
        #expect(notes.isEmpty)
        #expect(cache.settings.timeToLive == .seconds(5) && cache.settings.entries == 3)
    }

    @Test("a change is believed when it has stayed for a second look")
    func settles() async throws {
        try write("one")
        let models = try sources()
        let (router, reloader) = (models.router, reloader(models))
        @Sendable func pass(_ seconds: Int) async {
            for _ in 0..<seconds {
                while time.nextWake == nil { await Task.yield() }
                time.advance(by: .seconds(1))
                for _ in 0..<200 { await Task.yield() }
            }
        }
        try await whileRunning({ try await reloader.run() }) {
            await pass(2)
            #expect(router.aliases == ["one"])
            try write("half")
            await pass(1)
            try write("two")
            await pass(1)
            #expect(router.aliases == ["one"])
            for _ in 0..<100 where router.aliases != ["two"] { await pass(1) }
            #expect(router.aliases == ["two"])
        }
    }
}

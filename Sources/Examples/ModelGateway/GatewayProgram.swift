import ClawKit
import ExampleSupport
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// The composition: a gateway over what a file declares, served, and the file looked after.
struct GatewayProgram: Sendable {
    /// nil: the built-in echo model.
    var path: String?
    var listen: ListenAddress
    var readyFile: String?
    var logger: Logger

    /// The file named, `claw.yaml` where there is one, else none.
    static func path(_ named: String?) throws -> String? {
        named ?? (FileManager.default.fileExists(atPath: "claw.yaml") ? "claw.yaml" : nil)
    }

    func run() async throws {
        let configuration = try path.map { try GatewayConfiguration(contentsOf: $0) } ?? GatewayConfiguration()
        for note in configuration.notes { logger.notice("\(note)") }
        let secrets = CompositeSecrets([EnvironmentSecrets(), FileSecrets()])
        let network = CurlTransport(.init(connectTimeout: configuration.connectTimeout))
        let router = try ModelRouter(
            configuration.models, transport: network, secrets: configuration.secrets(secrets))
        let declared = InMemoryGrants(try await configuration.grants(secrets))
        let limits = InMemoryLimits(configuration.limits)
        let book = UsageBook(store: MemoryShareStore(), holder: "model-gateway")
        var grants: any GrantDirectory = declared
        if configuration.masterKey == nil {
            grants = CompositeGrants([declared, InMemoryGrants([try Self.masterKey()])])
        }
        let gateway = ModelGateway(
            router: router, grants: grants, budgets: limits, book: book,
            sendsLiteLLMHeaders: configuration.sendsLiteLLMHeaders, logger: logger)
        let health = HealthWatch(router, logger: logger)

        var parts: [any ServiceLifecycle.Service] = [
            Part { try await book.run() }, Part { try await health.run() },
        ]
        if let path {
            let reloader = GatewayReloader(
                path, router: router, grants: declared, limits: limits, transport: network, secrets: secrets,
                logger: logger)
            parts.append(Part { try await reloader.run() })
            parts.append(
                Part { for await _ in await UnixSignalsSequence(trapping: .sighup) { await reloader.reload() } })
        }
        let readyFile = readyFile
        parts.append(
            HTTPServer(listen: listen, execution: .connection, logger: logger).service(
                gateway,
                onBound: { address in
                    var announcement = Announcement()
                    announcement.gateway = "http://\(address)"
                    do { try announcement.make(readyFile: readyFile) } catch { fail(error, program: "model-gateway") }
                }))
        try await runUntilSignal(parts, logger: logger)
        await network.shutdown()
    }

    /// The environment's master key, or one that is made and kept the first time.
    private static func masterKey() throws -> ModelGrant {
        let environment = ProcessInfo.processInfo.environment
        let named = ["CLAW_MASTER_KEY", "LITELLM_MASTER_KEY"].compactMap { environment[$0] }.first { !$0.isEmpty }
        let key = try named ?? ClawDirectory().keep("gateway-key") { Token.random(prefix: "sk").reveal() }
        return ModelGrant(id: GatewayConfiguration.masterKeyID, keyHash: Token.hash(key))
    }
}

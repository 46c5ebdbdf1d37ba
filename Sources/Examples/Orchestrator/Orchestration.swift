import ClawKit
import ExampleSupport
import Logging
import ServiceLifecycle

/// The composition of the orchestrator's process.
struct Orchestration: Sendable {
    struct Settings: Sendable {
        var kubeconfig: String
        var configuration: ClawConfiguration?
        var runsNode: Bool
        var nodeListen: ListenAddress
        var metricsListen: ListenAddress?
        var readyFile: String?
        var logger: Logger
    }

    private let settings: Settings
    private let time = SystemTime()

    init(_ settings: Settings) { self.settings = settings }

    func run() async throws {
        let logger = settings.logger
        let access = try Kubeconfig(contentsOf: settings.kubeconfig).access()
        let transport = CurlTransport(access, userAgent: "clawkit-orchestrator")
        let api = KubernetesClient(transport, userAgent: "clawkit-orchestrator")
        try await ClawGroup.install(in: api)
        let caches = SharedCaches(api, time: time)
        var parts: [any Service] = [Part { try await caches.run() }]
        if settings.runsNode { parts += try node(api) }
        let orchestrator = Orchestrator(caches: caches, override: nil, logger: logger)
        parts.append(Part { try await orchestrator.run() })
        let (readyFile, kubeconfig) = (settings.readyFile, settings.kubeconfig)
        parts.append(Part {
            var announcement = Announcement()
            announcement.kubernetes = access.server
            announcement.kubeconfig = kubeconfig
            try announcement.make(readyFile: readyFile)
        })
        try await runUntilSignal(parts, logger: logger)
        await transport.shutdown()
    }

    private func node(_ api: KubernetesClient) throws -> [any Service] { [] }
}

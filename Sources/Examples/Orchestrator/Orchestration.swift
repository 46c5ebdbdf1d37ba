import ClawKit
import ExampleSupport
import HTTPTypes
import Logging
import ServiceLifecycle

/// The composition of the orchestrator's process.
struct Orchestration: Sendable {
    struct Settings: Sendable {
        var kubeconfig: String
        var configuration: ProgramConfiguration?
        var election: ElectionFlags.Settings?
        var runsNode: Bool
        var nodeName: String
        var nodeListen: ListenAddress
        var metricsListen: ListenAddress?
        var readyFile: String?
        var logger: Logger
    }

    private let settings: Settings
    private let time = SystemTime()
    private let emergency = Latch<@Sendable () -> Void>()

    init(_ settings: Settings) { self.settings = settings }

    func run() async throws {
        let logger = settings.logger
        let access = try ClusterAccess.load(explicit: settings.kubeconfig)
        let transport = try ClusterTransport(access, time: time)
        let api = KubernetesClient(transport.retrying(.kubernetes, time: time), userAgent: UserAgent.current)
        try await ClawGroup.install(in: api)
        let caches = SharedCaches(api, time: time)
        let election = try await settings.election?.election(in: api, time: time, logger: logger)
        let pages = Latch<String?>()
        var parts: [any ServiceLifecycle.Service] = [Part { try await caches.run() }]
        if settings.runsNode { parts += node(api) }
        if let address = settings.metricsListen {
            let server = HTTPServer(listen: address, logger: logger)
            parts.append(
                server.service(StatusPages(caches: caches, election: election), onBound: { pages.set("http://\($0)") }))
        } else {
            pages.set(nil)
        }
        let override = settings.configuration.map { configuration in
            // Addresses come from the control plane; models and templates from this process's own file.
            { @Sendable (published: RuntimeContext) in
                var context = published
                context.templates = configuration.platform.templates
                context.models = configuration.gateway.models.map(\.name)
                return context
            }
        }
        let network = CurlTransport()
        let orchestrator = Orchestrator(
            caches: caches, election: election, network: network,
            routing: settings.configuration?.platform.routing ?? RoutingSettings(), adjusting: override, logger: logger)
        parts.append(Part { try await orchestrator.run() })
        let (readyFile, kubeconfig) = (settings.readyFile, settings.kubeconfig)
        parts.append(Part {
            var announcement = Announcement()
            announcement.kubernetes = access.server
            announcement.kubeconfig = kubeconfig
            announcement.metrics = try await pages.wait()
            try announcement.make(readyFile: readyFile)
        })
        let running = parts
        try await runUntilSignal(running, logger: logger, emergency: { [emergency] in emergency.value?() })
        await network.shutdown()
        await transport.shutdown()
    }

    /// A node of this process: its endpoint is bound first, so that the Node object can say where it is.
    private func node(_ api: KubernetesClient) -> [any ServiceLifecycle.Service] {
        let (port, endpoint, node) = (Latch<Int>(), Latch<NodeEndpoint>(), Latch<ProcessNode>())
        let (time, logger, name) = (time, settings.logger, settings.nodeName)
        let handler = ClosureHandler { request in
            guard let ready = try? await endpoint.wait() else { return Response(status: .serviceUnavailable) }
            return await ready.respond(to: request)
        }
        emergency.set { node.value?.endProcessesNow() }
        return [
            HTTPServer(listen: settings.nodeListen, logger: logger).service(handler, onBound: { port.set($0.port) }),
            Part {
                var configuration = ProcessNodeConfiguration(name: name, rootDirectory: ".claw")
                do {
                    configuration.endpointPort = try await port.wait()
                    let made = ProcessNode(configuration: configuration, api: api, time: time, logger: logger)
                    node.set(made)
                    endpoint.set(try await NodeEndpoint(made, named: configuration.name, api: api))
                    try await made.run()
                } catch where Task.isCancelled && endpoint.value == nil {
                    // Told to stop while it began: what an earlier life left behind must not outlive this one.
                    let node = ProcessNode(configuration: configuration, api: api, time: time, logger: logger)
                    try await node.endLeftOvers()
                }
            },
        ]
    }
}

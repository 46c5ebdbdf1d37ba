// The example per-user runtime: a chat with memory over an OpenAI-compatible API. Glue only.

import ClawBase
import ClawHTTPServer
import FoundationEssentials
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

func say(_ line: String, on descriptor: Int32) {
    let bytes = Array("\(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

func quit(_ finding: Finding, code: Int32) -> Never {
    say("agent-runtime: \(finding.message)", on: STDERR_FILENO)
    exit(code)
}

LoggingSystem.bootstrap(StreamLogHandler.standardError)
let logger = Logger(label: "agent-runtime")
let environment = ProcessInfo.processInfo.environment

do {
    let (lifecycle, transport, work) = (RuntimeLifecycle(), CurlTransport(), AgentWork(time: .system))
    let membership = try Membership(environment, lifecycle: lifecycle, logger: logger)
    let tls = try await membership?.enrolled()
    @Sendable func runtime(_ environment: [String: String]) throws -> RuntimeHandler {
        let settings = try RuntimeSettings(environment)
        return RuntimeHandler(
            settings: settings, store: try ConversationStore(directory: settings.stateDirectory), transport: transport,
            lifecycle: lifecycle, work: work, asksForCertificates: tls != nil)
    }
    let port = try RuntimeSettings.port(environment)
    let bundle = BundleClient(environment, transport: transport)
    let warm = WarmHandler(lifecycle: lifecycle)
    if bundle == nil { warm.settle(try runtime(environment)) }
    // Whoever asked gets the whole answer, also while the runtime ends.
    let limits = HTTPServer.Limits(drain: .seconds(10), streamDrain: .seconds(10))
    let server = HTTPServer(
        listen: ListenAddress(host: environment["HOST"] ?? "127.0.0.1", port: port, field: "PORT"), tls: tls,
        limits: limits, logger: logger)
    let service = server.service(
        warm,
        onBound: { address in
            lifecycle.advance(to: bundle == nil ? .ready : .warm)
            say("{\"ready\":true,\"url\":\"\(tls == nil ? "http" : "https")://\(address)\"}", on: STDOUT_FILENO)
        }, onDrain: { lifecycle.advance(to: .draining) })
    let arrival = bundle.map { bundle in
        Arrival {
            let own = try await bundle.environment { lifecycle.hears = $0 }
            warm.settle(try runtime(environment.merging(own) { $1 }))
            lifecycle.advance(to: .ready)
        }
    }
    // They end in reverse order: the platform is told first, and the server ends last.
    try await ServiceGroup(
        services: [service] + (arrival.map { [$0] } ?? []) + (membership.map { [$0] } ?? []), gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
} catch let finding as Finding {
    quit(finding, code: finding.code == .badConfig ? 2 : 1)
}

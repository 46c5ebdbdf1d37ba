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

let settings: RuntimeSettings
do { settings = try RuntimeSettings(ProcessInfo.processInfo.environment) } catch { quit(error, code: 2) }

LoggingSystem.bootstrap(StreamLogHandler.standardError)
let logger = Logger(label: "agent-runtime")

do {
    let lifecycle = RuntimeLifecycle()
    let handler = RuntimeHandler(
        settings: settings, store: try ConversationStore(directory: settings.stateDirectory),
        transport: CurlTransport(), lifecycle: lifecycle, work: AgentWork(time: .system))
    // Whoever asked gets the whole answer, also while the runtime ends.
    let limits = HTTPServer.Limits(drain: .seconds(10), streamDrain: .seconds(10))
    let server = HTTPServer(
        listen: ListenAddress(host: "127.0.0.1", port: settings.port, field: "PORT"), limits: limits, logger: logger)
    let service = server.service(
        handler,
        onBound: { address in
            lifecycle.advance(to: .ready)
            say("{\"ready\":true,\"url\":\"http://\(address)\"}", on: STDOUT_FILENO)
        }, onDrain: { lifecycle.advance(to: .draining) })
    try await ServiceGroup(
        services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
} catch let finding as Finding {
    quit(finding, code: 1)
}

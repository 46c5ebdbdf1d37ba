import ClawBase
import ClawDocuments
import ClawHTTPServer
import Foundation
import HTTPTypes
import Logging
import ServiceLifecycle
import UnixSignals

// A runtime that shows what reaches it: the environment's PORT tells where to listen on the loopback.
//
// Every path answers with the request's method, path and headers as JSON; /socket is a WebSocket that sends each text
// back, and /stream sends a line a moment until its reader leaves. Like every runtime it answers probes.

let mirror = ClosureHandler { request in
    switch request.path {
    case "/healthz", "/readyz", "/startupz": return .text("ok")
    case "/socket":
        return .webSocket(request) { socket in
            while let message = try await socket.receive() { try await socket.send(message) }
        }
    case "/stream":
        return .events(
            AsyncStream<[UInt8]> {
                do { try await Task.sleep(for: .milliseconds(20)) } catch { return nil }
                return ServerSentEvent(data: "tick").encoded
            })
    default:
        var headers = JSONObject()
        for name in Set(request.headers.map(\.name)) {
            headers[name.canonicalName] = .string(request.headers[values: name].joined(separator: " | "))
        }
        let seen: JSON = [
            "method": .string(request.method.rawValue), "path": .string(request.head.path ?? ""),
            "host": .string(request.head.authority ?? ""), "headers": .object(headers),
        ]
        return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(seen.bytes()))
    }
}

let logger = Logger(label: "mirror") { _ in SwiftLogNoOpLogHandler() }
let listen = try ListenAddress("127.0.0.1:\(ProcessInfo.processInfo.environment["PORT"] ?? "0")")
let server = HTTPServer(listen: listen, logger: logger).service(mirror, onBound: { _ in })
try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()

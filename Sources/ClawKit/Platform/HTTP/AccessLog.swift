public import ClawBase
import HTTPTypes
public import Logging

/// Logs each answered request once: method, path without query, status, time until the answer's head, request id.
public struct AccessLog: Handler {
    private let next: any Handler
    private let log: Logger
    private let level: Logger.Level
    private let time: any TimeSource

    public init(_ next: some Handler, log: Logger, level: Logger.Level = .debug, time: some TimeSource = SystemTime()) {
        self.next = next
        self.log = log
        self.level = level
        self.time = time
    }

    public func respond(to request: Request) async -> Response {
        let start = time.now
        let response = await next.respond(to: request)
        // The query may hold what nobody should read in a log.
        log.log(
            level: level, "request answered",
            metadata: [
                "method": "\(request.method)", "path": "\(request.path.prefix(200))",
                "status": "\(response.status.code)",
                "milliseconds": "\((time.now - start).inSeconds * 1000)",
                "peer": "\(request.peer ?? "in process")",
                "request-id": "\(response.headers.value(.xRequestID) ?? request.headers.value(.xRequestID) ?? "")",
            ])
        return response
    }
}

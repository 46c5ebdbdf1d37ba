import HTTPTypes
public import Logging
import Synchronization

/// Logs each exchange at its head: method, target, status, duration, and redacted headers at level `trace`.
/// Bodies, credentials, cookies and secrets in queries never appear.
public struct LoggedTransport: Transport {
    private let inner: any Transport
    private let logger: Logger
    private let level: Logger.Level
    private let redaction: Redaction
    private let time: any TimeSource

    /// - Parameter level: of exchanges with an answer below 500; others are logged as warnings.
    public init(
        _ inner: some Transport, _ logger: Logger, level: Logger.Level = .debug, redaction: Redaction = Redaction(),
        time: some TimeSource = .system
    ) {
        self.inner = inner
        self.logger = logger
        self.level = level
        self.redaction = redaction
        self.time = time
    }

    public func send(_ request: Request) async throws -> Response {
        let start = time.now
        do {
            let response = try await inner.send(request)
            logger.log(
                level: response.status.code < 500 ? level : .warning, "HTTP exchange",
                metadata: metadata(request, response, since: start))
            return response
        } catch {
            var facts = metadata(request, nil, since: start)
            // Transport errors name the peer, never headers or bodies; of others only the kind is safe to show.
            facts["error"] = "\((error as? TransportError)?.message ?? "\(type(of: error))")"
            logger.log(level: error is CancellationError ? level : .warning, "HTTP exchange failed", metadata: facts)
            throw error
        }
    }

    private func metadata(_ request: Request, _ response: Response?, since start: Timestamp) -> Logger.Metadata {
        var facts: Logger.Metadata = [
            "method": "\(request.method)", "target": "\(redaction.target(of: request))",
            "milliseconds": "\((time.now - start).nanoseconds / 1_000_000)",
        ]
        if let response { facts["status"] = "\(response.status.code)" }
        if logger.logLevel <= .trace {
            facts["requestHeaders"] = .dictionary(shown(request.headers))
            if let response { facts["responseHeaders"] = .dictionary(shown(response.headers)) }
        }
        return facts
    }

    private func shown(_ fields: HTTPFields) -> Logger.Metadata {
        var shown: Logger.Metadata = [:]
        for field in fields { shown[field.name.canonicalName] = "\(redaction.value(of: field))" }
        return shown
    }
}

extension Transport {
    /// Logs each exchange, secrets redacted.
    public func logged(
        _ logger: Logger, level: Logger.Level = .debug, redaction: Redaction = Redaction(),
        time: some TimeSource = .system
    ) -> LoggedTransport {
        LoggedTransport(self, logger, level: level, redaction: redaction, time: time)
    }
}

import CLibpq
import Logging

/// Takes the server's notices, in the midst of libpq's reading.
final class NoticeLogger: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// The logger must live as long as the connection.
    func attach(_ connection: OpaquePointer) {
        PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeLogger>.fromOpaque(context).takeUnretainedValue().take(result)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func take(_ result: OpaquePointer) {
        let report = ServerReport(result)
        let isWarning = report?.severity == "WARNING" || report?.severity == "FATAL"
        logger.log(
            level: isWarning ? .warning : .debug, "notice of the database server",
            metadata: [
                "message": "\(report?.message ?? PostgresError.oneLine(PQresultErrorMessage(result)) ?? "")",
                "sqlstate": "\(report?.sqlState.rawValue ?? "")",
            ])
    }
}

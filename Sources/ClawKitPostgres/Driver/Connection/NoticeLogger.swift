import CLibpq
import Logging
import Synchronization

/// Takes the server's notices, in the midst of libpq's reading.
final class NoticeLogger: Sendable {
    private let logger: Logger
    /// Why the server ended the connection, which to libpq is a notice where no statement was under way.
    private let fatal = Mutex<ServerReport?>(nil)

    var lastWords: ServerReport? { fatal.withLock { $0 } }

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
        if let report, report.isFatal { fatal.withLock { $0 = report } }
        let isWarning = report?.severity == "WARNING" || report?.isFatal == true
        logger.log(
            level: isWarning ? .warning : .debug, "notice of the database server",
            metadata: [
                "message": "\(report?.message ?? PostgresError.oneLine(PQresultErrorMessage(result)) ?? "")",
                "sqlstate": "\(report?.sqlState.rawValue ?? "")",
            ])
    }
}

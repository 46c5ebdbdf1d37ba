import CLibpq

extension ServerReport {
    /// nil where the error is libpq's own.
    init?(_ result: OpaquePointer) {
        guard let state = Self.field(result, "C") else { return nil }
        self.init(
            sqlState: SQLState(rawValue: state), severity: Self.field(result, "V") ?? "ERROR",
            message: Self.field(result, "M") ?? "", detail: Self.field(result, "D"), hint: Self.field(result, "H"),
            position: Self.field(result, "P").flatMap { Int($0) }, schema: Self.field(result, "s"),
            table: Self.field(result, "t"), column: Self.field(result, "c"), dataType: Self.field(result, "d"),
            constraint: Self.field(result, "n"), context: Self.field(result, "W"), routine: Self.field(result, "R"))
    }

    /// - Parameter code: a PG_DIAG constant of postgres_ext.h; those are characters, which Swift does not import.
    private static func field(_ result: OpaquePointer, _ code: Unicode.Scalar) -> String? {
        PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }
}

extension PostgresError {
    /// Of a result with status PGRES_FATAL_ERROR.
    init(_ result: OpaquePointer) {
        if let report = ServerReport(result) {
            self.init(report.isFatal ? .disconnected : .server, report.message, server: report)
        } else {
            self.init(.disconnected, Self.oneLine(PQresultErrorMessage(result)) ?? "The connection was lost.")
        }
    }

    /// libpq's messages end in a line feed and may have several lines.
    static func oneLine(_ text: UnsafePointer<CChar>?) -> String? {
        guard let text else { return nil }
        let lines = String(cString: text).split(whereSeparator: \.isNewline).map {
            $0.drop { $0.isWhitespace }
        }
        return lines.isEmpty ? nil : lines.joined(separator: " ")
    }
}

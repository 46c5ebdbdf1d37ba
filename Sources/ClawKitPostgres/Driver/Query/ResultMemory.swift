import CLibpq

/// A result as libpq holds it, freed with its last row.
///
/// Sendable: nothing changes a PGresult after PQgetResult has returned it, and libpq lets threads read it at once
/// (<https://www.postgresql.org/docs/15/libpq-threading.html>).
final class ResultMemory: @unchecked Sendable {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) { self.raw = raw }
    deinit { PQclear(raw) }

    var rowCount: Int { Int(PQntuples(raw)) }

    /// Rows an INSERT, UPDATE, DELETE, MERGE, SELECT, FETCH or COPY touched.
    var affected: Int { Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    /// The value's bytes, nil for NULL.
    @inline(__always)
    func withValue<Result, Failure: Error>(
        _ row: Int32, _ column: Int32, _ body: (RawSpan?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if PQgetisnull(raw, row, column) != 0 { return try body(nil) }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(raw, row, column), count: Int(PQgetlength(raw, row, column)))
        return try body(bytes.bytes)
    }
}

extension ResultMemory {
    var isCopy: Bool {
        switch PQresultStatus(raw) {
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: true
        default: false
        }
    }
}

import ClawBase
import CLibpq

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A PGconn.
///
/// Sendable: one thread at a time uses it, which libpq allows; until a session has it, the one that made the
/// connection, then whoever holds the session's lock.
struct ConnectionHandle: @unchecked Sendable {
    let raw: OpaquePointer

    /// Makes a connection as libpq does: blocks, tries one host after the other, resolves names, looks into `.pgpass`.
    static func connect(_ configuration: PostgresConfiguration) throws(PostgresError) -> ConnectionHandle {
        let options = options(configuration)
        let raw = withCStrings(options.map(\.0)) { names in
            withCStrings(options.map(\.1)) { values in PQconnectdbParams(names, values, 1) }
        }
        guard let raw else { throw PostgresError(.unreachable, "There is no memory for a connection.", wasSent: false) }
        let handle = ConnectionHandle(raw: raw)
        guard PQstatus(raw) == CONNECTION_OK else {
            let error = handle.connectError()
            PQfinish(raw)
            throw error
        }
        guard PQsetnonblocking(raw, 1) == 0, PQenterPipelineMode(raw) == 1 else {
            PQfinish(raw)
            throw PostgresError(.unreachable, "The connection does not do pipelines.", wasSent: false)
        }
        return handle
    }

    /// In libpq's order: what comes later wins. Before the connection string come defaults, after it what must be so.
    private static func options(_ configuration: PostgresConfiguration) -> [(String, String)] {
        var options: [(String, String)] = []
        if getenv("PGCONNECT_TIMEOUT") == nil {
            options.append(("connect_timeout", String(max(2, configuration.connectTimeout.components.seconds))))
        }
        options.append(("fallback_application_name", configuration.applicationName))
        options.append(("dbname", configuration.connection.text.reveal()))
        if let password = configuration.password { options.append(("password", password.reveal())) }
        // Text is UTF-8 on both sides; dates and the like come in binary form.
        options.append(("client_encoding", "UTF8"))
        return options
    }

    private func connectError() -> PostgresError {
        let message = PostgresError.oneLine(PQerrorMessage(raw)) ?? "No connection could be made."
        return PostgresError(.unreachable, message, wasSent: false)
    }
}

/// The strings as C has them, with a nil at the end.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("never empty") }
        return body(base)
    }
}

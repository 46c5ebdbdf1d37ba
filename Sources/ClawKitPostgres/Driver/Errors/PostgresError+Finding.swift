public import ClawBase

extension FindingCode {
    /// PostgreSQL refused or failed; `details["sqlstate"]` says more.
    public static let database = FindingCode(rawValue: "E_DATABASE")
    /// All of a pool's connections were in use for too long.
    public static let databaseBusy = FindingCode(rawValue: "E_DATABASE_BUSY")
}

extension Finding {
    /// The mend for a database's error.
    public init(_ error: PostgresError) {
        var details: [String: String] = [:]
        if let state = error.sqlState { details["sqlstate"] = state.rawValue }
        if let constraint = error.constraint { details["constraint"] = constraint }
        let code: FindingCode =
            switch error.code {
            case .unreachable, .disconnected: .unreachable
            case .timeout: .deadline
            case .poolTimeout, .poolFull: .databaseBusy
            default: error.sqlState == .uniqueViolation ? .alreadyExists : .database
            }
        self.init(code, "\(error.message.sentence) \(Self.mend(error))", details: details)
    }

    private static func mend(_ error: PostgresError) -> String {
        switch (error.code, error.sqlState) {
        case (_, SQLState.invalidPassword), (_, SQLState.invalidAuthorization):
            "Check the user and password (PGPASSWORD, .pgpass or the URL), and the server's pg_hba.conf."
        case (_, SQLState.invalidCatalogName): "Create the database, or name another one."
        case (_, SQLState.tooManyConnections): "Raise max_connections, or make the pools smaller."
        case (_, SQLState.cannotConnectNow): "The server is starting or stopping; try again."
        case (_, SQLState.diskFull): "Free space on the server's disk."
        case (_, SQLState.insufficientPrivilege): "Grant the right to the database user."
        case (_, SQLState.serializationFailure), (_, SQLState.deadlockDetected): "Run the transaction again."
        case (_, SQLState.readOnlyTransaction): "Connect to the primary: add target_session_attrs=read-write."
        case (.unreachable, _): "Check the host and port, and that PostgreSQL listens there."
        case (.disconnected, _): "Look at the server's log for the reason; whether the statement was done is unknown."
        case (.timeout, _): "Make the statement faster, or allow it more time."
        case (.poolTimeout, _), (.poolFull, _): "Allow the pool more connections, or hold them for less time."
        case (.resultTooLarge, _): "Ask for fewer rows, or stream them."
        default: error.server?.hint?.sentence ?? "The server's log holds the statement."
        }
    }
}

extension String {
    /// With a capital and a full stop.
    fileprivate var sentence: String {
        let text = prefix(1).uppercased() + dropFirst()
        return text.hasSuffix(".") ? text : text + "."
    }
}

package import ClawBase

/// What stores refuse, in the same words by whichever.
extension Finding {
    package static func exists(_ kind: RecordKind, _ key: String) -> Finding {
        Finding(
            .alreadyExists, "The \(kind) '\(key.prefix(80))' exists already; choose another name.",
            details: ["key": key])
    }

    package static func held(_ index: String, of kind: RecordKind, by holder: String) -> Finding {
        Finding(
            .alreadyExists, "The \(kind) '\(holder.prefix(80))' already has this \(index); choose another.",
            details: ["index": index, "key": holder])
    }

    package static func noRecord(_ kind: RecordKind, _ key: String) -> Finding {
        Finding(.notFound, "There is no \(kind) '\(key.prefix(80))'; check the name.")
    }

    package static func staleRecord(_ kind: RecordKind, _ key: String, version: UInt64) -> Finding {
        Finding(
            .stale, "The \(kind) '\(key.prefix(80))' was changed meanwhile; read it again and repeat the change.",
            details: ["key": key, "version": String(version)])
    }

    package static func usageExists(_ id: String) -> Finding {
        Finding(
            .alreadyExists, "The ledger has a row '\(id.prefix(80))' already; it was not written twice.",
            details: ["usage": id])
    }

    /// Refuses a change of a row that is not there, or is not the version it is based on.
    package static func check(
        _ kind: RecordKind, _ key: String, has present: UInt64?, expected: UInt64?
    ) throws(Finding) {
        guard let present else { throw .noRecord(kind, key) }
        if let expected, expected != present { throw .staleRecord(kind, key, version: present) }
    }
}

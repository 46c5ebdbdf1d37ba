import ClawBase
import ClawDocuments

/// Until when everything that was there has been written into the ledger.
struct MeteringMark: StoredRecord {
    static let kind = RecordKind("metering-mark")
    static let name = "resources"

    var through: Timestamp

    var key: String { Self.name }
    var indexes: [RecordIndex] { [] }

    /// `{through}`
    var json: JSON { ["through": .string(through.rfc3339())] }

    init(through: Timestamp) { self.through = through }

    init(json: JSON) throws(Finding) { through = try StoredDocument(json, of: Self.kind).time("through") }
}

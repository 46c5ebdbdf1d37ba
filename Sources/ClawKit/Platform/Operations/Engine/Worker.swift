import ClawBase
import ClawDocuments

/// A process that carries out operations. As long as it holds any it renews this row; a worker whose row stays as it is
/// for a whole lease is taken for lost, and its operations are taken up by others.
///
/// Who watches counts by his own clock from when he saw the row change, so clocks need not agree.
struct Worker: StoredRecord {
    static let kind = RecordKind("worker", retaining: 1_000)

    let id: String
    var renewals: Int

    var key: String { id }
    /// Those renewed longest ago go first.
    var isRetirable: Bool { true }

    var json: JSON { ["id": .string(id), "renewals": .integer(Int64(renewals))] }

    init(id: String, renewals: Int) { (self.id, self.renewals) = (id, renewals) }

    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(id: try document.string("id"), renewals: try document.integer("renewals"))
    }
}

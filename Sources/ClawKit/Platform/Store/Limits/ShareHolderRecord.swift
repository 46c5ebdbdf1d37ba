import ClawBase
import ClawDocuments

/// A process that holds shares of limits. It renews this row as long as it does; one whose row stays as it is for a whole
/// lease is taken for lost.
///
/// Who watches counts by his own clock from when he saw the row change, so clocks need not agree.
struct ShareHolderRecord: StoredRecord {
    static let kind = RecordKind("share-holder")

    enum State: String, Sendable, Hashable, CaseIterable {
        case live
        /// What it holds is being counted as spent.
        case losing
        /// What it held counts as spent.
        case lost
        /// It has spoken again, and gets back what it held.
        case returning
    }

    /// `NAME/INCARNATION`
    let holder: String
    var state: State
    /// Counted up with each renewal and each change of state, so that no two rows written for it are alike.
    var renewals: Int
    /// Since when it is lost.
    var lostAt: Timestamp?

    init(_ holder: String, state: State = .live, renewals: Int = 0, lostAt: Timestamp? = nil) {
        (self.holder, self.state, self.renewals, self.lostAt) = (holder, state, renewals, lostAt)
    }

    var key: String { holder }

    var json: JSON {
        var object = JSONObject()
        object.set("holder", holder)
        object.set("state", state.rawValue)
        object.set("renewals", renewals)
        object.set("lostAt", lostAt)
        return .object(object)
    }

    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(
            try document.string("holder"), state: try document.word("state"),
            renewals: try document.integer("renewals"), lostAt: try document.optionalTime("lostAt"))
    }
}

public import ClawBase
public import ClawDocuments

/// An amount taken out of budgets before it is spent: for one request, or as a slice from which a gateway pays many.
public struct Reservation: StoredRecord {
    public static let kind = RecordKind("reservation")

    public let id: String
    /// What of it is left.
    public internal(set) var amount: Spending
    /// The keys of the budgets it was taken from.
    public let budgets: [String]
    /// Who spends it: a gateway's process. So what a lost process held can be found.
    public let holder: String
    public let createdAt: Timestamp
    /// When its holder should have settled it. It stays after that: only who knows what was spent can say.
    public let expiresAt: Timestamp

    public init(
        id: String? = nil, _ amount: Spending, from budgets: [String], holder: String, createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.id = id ?? RecordID.make(at: createdAt)
        self.amount = amount
        self.budgets = budgets
        self.holder = holder
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    public var key: String { id }
    static let holderIndex = "holder"
    static let budgetIndex = "budget"
    public var indexes: [RecordIndex] {
        [RecordIndex(Self.holderIndex, holder)] + budgets.map { RecordIndex(Self.budgetIndex, $0) }
    }

    public var json: JSON {
        var object = JSONObject()
        object.set("id", id)
        object["amount"] = amount.json
        object["budgets"] = .array(budgets.map(JSON.string))
        object.set("holder", holder)
        object.set("createdAt", createdAt)
        object.set("expiresAt", expiresAt)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(
            id: try document.string("id"), try Spending(json: json["amount"], of: Self.kind),
            from: document.list("budgets"), holder: try document.string("holder"),
            createdAt: try document.time("createdAt"), expiresAt: try document.time("expiresAt"))
    }
}

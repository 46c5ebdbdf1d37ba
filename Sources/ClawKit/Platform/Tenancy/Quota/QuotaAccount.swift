import ClawBase
import ClawDocuments

/// What a tenant may have in sum, and has.
struct QuotaAccount: StoredRecord {
    static let kind = RecordKind("quota-account")

    let tenant: String
    /// Resources that are not named here have no cap.
    var cap = ResourceSums()
    var cappedResources: Set<String> = []
    /// The sum of ``QuotaClaim/counted`` over the tenant's claims.
    var used = ResourceSums()

    var key: String { tenant }

    init(_ tenant: String) { self.tenant = tenant }

    var json: JSON {
        [
            "tenant": .string(tenant), "cap": cap.json, "capped": .array(cappedResources.sorted().map(JSON.string)),
            "used": used.json,
        ]
    }

    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        tenant = try document.string("tenant")
        guard let cap = ResourceSums(json: json["cap"]) else { throw document.damaged("cap") }
        guard let used = ResourceSums(json: json["used"]) else { throw document.damaged("used") }
        (self.cap, self.used) = (cap, used)
        cappedResources = Set(document.list("capped"))
    }
}

/// What one of a tenant's projects has on one cluster, or somebody is about to give it.
struct QuotaClaim: StoredRecord {
    static let kind = RecordKind("quota-claim")

    /// A change that has been allowed and is not done yet.
    struct Change: Sendable, Hashable {
        let id: String
        let amounts: ResourceSums
        /// From then on somebody else may take it for given up.
        var expiresAt: Timestamp
        /// Whoever asked will not say that it is done: the object does, once it is stored.
        var endsWhenSeen = false
    }

    let tenant: String
    let subject: String
    var held = ResourceSums()
    var change: Change?

    static func key(_ tenant: String, _ subject: String) -> String { "\(tenant)/\(subject)" }
    var key: String { Self.key(tenant, subject) }
    static let tenantIndex = "tenant"
    static let subjectIndex = "subject"
    var indexes: [RecordIndex] { [RecordIndex(Self.tenantIndex, tenant), RecordIndex(Self.subjectIndex, subject)] }

    init(_ tenant: String, _ subject: String) { (self.tenant, self.subject) = (tenant, subject) }

    /// Until a change is done, both what was and what will be may be there.
    var counted: ResourceSums { change.map { held.larger(than: $0.amounts) } ?? held }

    var json: JSON {
        var object: JSONObject = ["tenant": .string(tenant), "subject": .string(subject), "held": held.json]
        if let change {
            object["change"] = [
                "id": .string(change.id), "amounts": change.amounts.json,
                "expiresAt": .string(change.expiresAt.rfc3339(fractionDigits: 9)),
                "endsWhenSeen": .bool(change.endsWhenSeen),
            ]
        }
        return .object(object)
    }

    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(try document.string("tenant"), try document.string("subject"))
        guard let held = ResourceSums(json: json["held"]) else { throw document.damaged("held") }
        self.held = held
        guard let change = json["change"] else { return }
        let part = StoredDocument(change, of: Self.kind)
        guard let amounts = ResourceSums(json: change["amounts"]) else { throw part.damaged("amounts") }
        self.change = Change(
            id: try part.string("id"), amounts: amounts, expiresAt: try part.time("expiresAt"),
            endsWhenSeen: change["endsWhenSeen"]?.bool ?? false)
    }
}

public import ClawBase
public import ClawDocuments

/// Who did what to what, and how it ended. Entries are never changed; the oldest go when there are too many.
public struct AuditEntry: StoredRecord {
    public static let kind = RecordKind("audit", retaining: 100_000)

    public enum Outcome: String, Sendable, Hashable, CaseIterable { case allowed, refused, failed }

    /// Sorts by time.
    public let id: String
    public let at: Timestamp
    public let actor: String
    public let action: String
    public let target: String
    public let outcome: Outcome
    /// Whom it concerns, where that is not the target: the user who became a member.
    public let subject: String?
    /// Never holds a secret.
    public let details: [String: String]

    public init(
        id: String? = nil, at: Timestamp, actor: String, action: String, target: String, outcome: Outcome = .allowed,
        subject: String? = nil, details: [String: String] = [:]
    ) {
        self.id = id ?? RecordID.make(at: at)
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.outcome = outcome
        self.subject = subject
        self.details = details
    }

    public var key: String { id }
    public var isRetirable: Bool { true }
    public var indexes: [RecordIndex] {
        let subjects = subject.map { [RecordIndex("subject", $0)] } ?? []
        return [RecordIndex("actor", actor), RecordIndex("target", target)] + subjects
    }

    public var json: JSON {
        var object = JSONObject()
        object.set("id", id)
        object.set("at", at)
        object.set("actor", actor)
        object.set("action", action)
        object.set("target", target)
        object.set("outcome", outcome.rawValue)
        object.set("subject", subject)
        object.set("details", details)
        return .object(object)
    }

    public init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(
            id: try document.string("id"), at: try document.time("at"), actor: try document.string("actor"),
            action: try document.string("action"), target: try document.string("target"),
            outcome: try document.word("outcome"), subject: json["subject"]?.string,
            details: document.strings("details"))
    }
}

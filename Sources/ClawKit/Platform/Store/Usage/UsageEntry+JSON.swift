import ClawBase
public import ClawDocuments
import ClawLedger

/// The form in the journal, and in exports.
extension UsageEntry {
    /// `{id, at, tenant?, project?, user?, runtime?, key?, meter, item, cost, tokens?: {…}, amount, budgets?,
    /// details?}`
    public var json: JSON {
        var object = JSONObject()
        object.set("id", id)
        object["at"] = .string(at.rfc3339(fractionDigits: 6))
        object.set("tenant", subject.tenant)
        object.set("project", subject.project)
        object.set("user", subject.user)
        object.set("runtime", subject.runtime)
        object.set("key", subject.key)
        object.set("meter", meter.rawValue)
        object.set("item", item)
        object["cost"] = .integer(cost)
        if tokens != TokenCounts() {
            object["tokens"] = [
                "input": .integer(tokens.input), "cachedInput": .integer(tokens.cachedInput),
                "output": .integer(tokens.output), "reasoning": .integer(tokens.reasoning),
            ]
        }
        object["amount"] = .integer(amount)
        if !budgets.isEmpty { object["budgets"] = .array(budgets.map(JSON.string)) }
        if !details.isEmpty { object.set("details", details) }
        return .object(object)
    }

    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: RecordKind("usage entry"))
        let tokens = StoredDocument(json["tokens"] ?? .null, of: document.kind)
        self.init(
            id: try document.string("id"), at: try document.time("at"),
            subject: UsageSubject(
                tenant: json["tenant"]?.string, project: json["project"]?.string, user: json["user"]?.string,
                runtime: json["runtime"]?.string, key: json["key"]?.string),
            meter: UsageMeter(rawValue: try document.string("meter")), item: try document.string("item"),
            cost: try document.integer64("cost"),
            tokens: json["tokens"] == nil
                ? TokenCounts()
                : TokenCounts(
                    input: try tokens.integer64("input"), cachedInput: try tokens.integer64("cachedInput"),
                    output: try tokens.integer64("output"), reasoning: try tokens.integer64("reasoning")),
            amount: try document.integer64("amount"), budgets: document.list("budgets"),
            details: document.strings("details"))
    }
}

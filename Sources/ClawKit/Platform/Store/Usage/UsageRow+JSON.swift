package import ClawBase
public import ClawDocuments
public import ClawLedger

/// The form in the journal, and in exports.
extension UsageRow {
    private static let kind = RecordKind("usage row")

    /// `{id, at, tenant?, project?, user?, runtime?, key?, meter, item, deployment?, cost, tokens?: {…}, amount,
    /// settlement, charges?: [{account, periodEnd?, cost?, tokens?, requests?}], details?}`; the cost in billionths of a
    /// dollar.
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
        if !deployment.isEmpty { object.set("deployment", deployment) }
        object["cost"] = .integer(cost.nanos)
        if tokens != .zero { object["tokens"] = tokens.json }
        object["amount"] = .integer(amount)
        object.set("settlement", settlement.rawValue)
        if !charges.isEmpty { object["charges"] = .array(charges.map(\.json)) }
        if !details.isEmpty { object.set("details", details) }
        return .object(object)
    }

    /// - Throws: ``Finding`` (`E_STORAGE`).
    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        var charges: [UsageCharge] = []
        for charge in json["charges"]?.array ?? [] { charges.append(try UsageCharge(json: charge)) }
        self.init(
            id: try document.string("id"), at: try document.time("at"),
            subject: UsageSubject(
                tenant: json["tenant"]?.string, project: json["project"]?.string, user: json["user"]?.string,
                runtime: json["runtime"]?.string, key: json["key"]?.string),
            meter: UsageMeter(rawValue: try document.string("meter")), item: try document.string("item"),
            deployment: json["deployment"]?.string ?? "", tokens: UsageTokens(json: json["tokens"]),
            cost: NanoDollars(nanos: try document.integer64("cost")), amount: try document.integer64("amount"),
            // Journals of before there were several have none.
            settlement: json["settlement"]?.string.flatMap { Settlement(rawValue: $0) } ?? .exact, charges: charges,
            details: document.strings("details"))
    }
}

extension UsageTokens {
    var json: JSON {
        [
            "input": .integer(input), "cached": .integer(cached), "cacheWritten": .integer(cacheWritten),
            "output": .integer(output), "reasoning": .integer(reasoning),
        ]
    }

    init(json: JSON?) {
        func count(_ name: String) -> Int64 { json?[name]?.integer ?? 0 }
        self.init(
            input: count("input"), cached: count("cached"), cacheWritten: count("cacheWritten"),
            output: count("output"), reasoning: count("reasoning"))
        // As earlier journals have it, where the input contained what came from the cache.
        if let cached = json?["cachedInput"]?.integer { (self.input, self.cached) = (input - cached, cached) }
    }
}

extension UsageCharge {
    package var json: JSON {
        var object = amounts.object
        object.set("account", account.key)
        object.set("periodEnd", account.period.end)
        return .object(object)
    }

    package init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: RecordKind("usage row"))
        let end = try document.optionalTime("periodEnd")
        guard let account = UsageAccountID(key: try document.string("account"), end: end) else {
            throw document.damaged("account")
        }
        self.init(account, Amounts(json: json))
    }
}

extension Amounts {
    /// What is not zero, by unit; the cost in billionths of a dollar.
    package var object: JSONObject {
        var object = JSONObject()
        for unit in UsageUnit.allCases where self[unit] != 0 { object[unit.rawValue] = .integer(self[unit]) }
        return object
    }

    package init(json: JSON?) {
        self.init()
        for unit in UsageUnit.allCases { self[unit] = json?[unit.rawValue]?.integer ?? 0 }
    }
}

import ClawBase
import ClawDocuments
import ClawLedger

/// What the HTTP API shows of the ledger. Money is dollars in a string, so that no reader rounds it.
extension UsageTotals {
    /// `{rows, cost, tokens: {…}, amounts: {meter: …}}`
    var object: JSONObject {
        [
            "rows": .integer(rows), "cost": .string(cost.description), "tokens": tokens.json,
            "amounts": .object(
                amounts.sorted { $0.key.rawValue < $1.key.rawValue }.reduce(into: JSONObject()) {
                    $0[$1.key.rawValue] = .integer($1.value)
                }),
        ]
    }
}

extension UsageRow {
    var object: JSONObject {
        var object = json.object ?? [:]
        object["cost"] = .string(cost.description)
        object["tokens"] = tokens.json
        object["charges"] = .array(
            charges.map { charge in
                var object = charge.amounts.shown
                object.set("limit", charge.account.budget.key)
                object.set("periodStart", charge.account.period.start?.rfc3339())
                return .object(object)
            })
        return object
    }
}

extension Amounts {
    /// What is not zero, by unit.
    fileprivate var shown: JSONObject {
        var object = self.object
        if cost != .zero { object["cost"] = .string(cost.description) }
        return object
    }
}

extension UsageLimit {
    /// `{id, holder, name, window, limits: {…}, softPercent?}`
    var representation: JSONObject {
        var object = JSONObject()
        object.set("id", id.key)
        object.set("holder", id.owner.description)
        object.set("name", id.name)
        object.set("window", window.description)
        object["limits"] = .object(
            limits.reduce(into: JSONObject()) { all, limit in
                all[limit.key.rawValue] = limit.key == .cost
                    ? .string(NanoDollars(nanos: limit.value).description) : .integer(limit.value)
            })
        object.set("softPercent", softPercent)
        return object
    }

    /// With `{spent: {…}, reserved: {…}, resetsAt?}`: what is reserved, gateways hold for calls under way or soon.
    func representation(_ period: UsagePeriod, _ sums: ShareSums) -> JSON {
        var object = representation
        object["spent"] = .object(sums.spent.shown)
        object["reserved"] = .object(sums.outstanding.shown)
        object.set("resetsAt", period.end?.rfc3339())
        return .object(object)
    }
}

extension ModelKey {
    /// - Parameter limits: its own; nil: not to be shown.
    func object(_ limits: [UsageLimit]?) -> JSONObject {
        var object = JSONObject()
        object.set("id", id)
        object.set("label", label)
        object.set("prefix", prefix)
        object.set("tenant", subject.tenant)
        object.set("project", subject.project)
        object.set("user", subject.user)
        object.set("runtime", subject.runtime)
        object["models"] = .array(models.map(JSON.string))
        object.set("cacheSeconds", cacheSeconds)
        if let limits { object["limits"] = .array(limits.map { .object($0.representation) }) }
        object.set("createdAt", createdAt.rfc3339())
        object.set("createdBy", createdBy)
        object.set("expiresAt", expiresAt?.rfc3339())
        return object
    }
}

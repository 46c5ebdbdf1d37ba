import ClawBase
import ClawDocuments
import ClawLedger

/// Reads limits from requests' bodies.
enum LimitFields {
    static let known: Set<String> = ["window", "cost", "tokens", "requests", "inFlight", "softPercent"]

    /// `{window?, cost?, tokens?, requests?, inFlight?, softPercent?}`; the cost as dollars in a string.
    /// - Throws: ``Finding`` (`E_BAD_REQUEST`, `E_INVALID`).
    static func limit(_ fields: BodyFields, _ id: UsageLimitID) throws(Finding) -> UsageLimit {
        var limits: [UsageUnit: Int64] = [:]
        if let text = try fields.optionalString("cost") {
            guard let cost = NanoDollars(text) else {
                throw Finding(
                    .badRequest, "'cost' is an amount of dollars with at most nine digits behind the point, as \"12.50\".",
                    field: "cost")
            }
            limits[.cost] = cost.nanos
        }
        limits[.tokens] = try fields.optionalInteger("tokens").map { Int64($0) }
        limits[.requests] = try fields.optionalInteger("requests").map { Int64($0) }
        limits[.inFlight] = try fields.optionalInteger("inFlight").map { Int64($0) }
        var window = UsageWindow.forever
        if let text = try fields.optionalString("window") {
            guard let known = UsageWindow(text) else {
                throw Finding(
                    .badRequest,
                    "'window' is forever, minute, hour, day or month, with a time zone as month@Europe/Berlin, or 3600s.",
                    field: "window")
            }
            window = known
        }
        let limit = UsageLimit(id, limits, per: window, softPercent: try fields.optionalInteger("softPercent"))
        try limit.check()
        return limit
    }
}

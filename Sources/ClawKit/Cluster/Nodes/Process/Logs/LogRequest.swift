import ClawBase

/// What a reader of a log asks for, as `kubectl logs` sends it.
struct LogRequest: Sendable, Equatable {
    var follow = false
    var previous = false
    var timestamps = false
    /// Lines from the end.
    var tailLines: Int?
    var limitBytes: Int?
    /// Lines from before are left out.
    var since: Timestamp?

    init() {}

    /// - Throws: ``Finding`` naming the parameter that makes no sense.
    init(_ query: QueryParameters, now: Timestamp) throws {
        follow = query.flag("follow")
        previous = query.flag("previous")
        timestamps = query.flag("timestamps")
        tailLines = try Self.number("tailLines", query, least: 0)
        limitBytes = try Self.number("limitBytes", query, least: 1)
        if let seconds = try Self.number("sinceSeconds", query, least: 1) { since = now - .seconds(seconds) }
        if let text = query["sinceTime"], !text.isEmpty {
            guard let time = Timestamp(rfc3339: text) else {
                throw Finding(.badRequest, "sinceTime '\(text)' is no RFC 3339 time.", field: "sinceTime")
            }
            guard since == nil else {
                throw Finding(
                    .badRequest, "At most one of sinceTime and sinceSeconds may be given.", field: "sinceTime")
            }
            since = time
        }
    }

    private static func number(_ name: String, _ query: QueryParameters, least: Int) throws -> Int? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let value = Int(text), value >= least else {
            throw Finding(.badRequest, "\(name) '\(text)' must be a whole number of at least \(least).", field: name)
        }
        return value
    }
}

import ClawBase
import ClawDocuments
import ClawLedger
import HTTPTypes

/// What a request about a key says, under LiteLLM's names. <https://docs.litellm.ai/docs/proxy/virtual_keys>
struct KeyFields {
    /// The names of a key's own limits.
    static let (budget, rpm, tpm, parallel) = ("budget", "rpm", "tpm", "parallel")

    private let object: JSONObject

    private static let known: Set<String> = [
        "key", "keys", "key_alias", "key_aliases", "models", "max_budget", "soft_budget", "budget_duration", "duration",
        "rpm_limit", "tpm_limit", "max_parallel_requests", "metadata", "user_id", "team_id", "organization_id", "tags",
    ]
    /// They say nothing about what the key may do.
    private static let harmless: Set<String> = ["send_invite_email", "key_type", "spend", "key_name", "rpm_limit_type", "tpm_limit_type"]

    /// - Throws: ``KeyRefusal`` for what is not known and would have a meaning.
    init(_ object: JSONObject) throws {
        self.object = object
        for (name, value) in object where !Self.known.contains(name) && !Self.harmless.contains(name) {
            let isEmpty = value.isNull || value.array?.isEmpty ?? false || value.object?.isEmpty ?? false || value.bool == false
            guard isEmpty else {
                throw KeyRefusal(
                    .badRequest, "'\(name.prefix(80))' is not heeded here; leave it out, so that nobody relies on it.")
            }
        }
    }

    // MARK: reading

    var key: String? { get throws { try text("key") } }
    var alias: String? { get throws { try text("key_alias") } }
    var user: String? { get throws { try text("user_id") } }
    var project: String? { get throws { try text("team_id") } }
    var tenant: String? { get throws { try text("organization_id") } }
    var models: [String]? { get throws { try texts("models") } }
    var keys: [String] { get throws { try texts("keys") ?? [] } }
    var aliases: [String] { get throws { try texts("key_aliases") ?? [] } }

    /// With the tags, where LiteLLM keeps them.
    var metadata: JSONObject? {
        get throws {
            guard let value = object["metadata"], !value.isNull else {
                guard let tags = try texts("tags"), !tags.isEmpty else { return nil }
                return ["tags": .array(tags.map(JSON.string))]
            }
            guard var found = value.object else { throw KeyRefusal(.badRequest, "'metadata' is an object.") }
            guard value.bytes().count <= 16 << 10 else { throw KeyRefusal(.badRequest, "'metadata' is too large.") }
            if let tags = try texts("tags"), !tags.isEmpty { found["tags"] = .array(tags.map(JSON.string)) }
            return found
        }
    }

    /// When the key ends; nil where the request does not say, `.some(nil)`: never.
    func expiry(from now: Timestamp) throws -> Timestamp?? {
        guard let value = object["duration"] else { return .none }
        if value.isNull || value.string == "permanent" { return .some(nil) }
        guard let text = value.string, let seconds = Self.seconds(text) else {
            throw KeyRefusal(.badRequest, "'duration' is a time such as 30s, 30m, 30h or 30d.")
        }
        return .some(now + .seconds(seconds))
    }

    /// The key's limits that the request sets, or with nil takes away, by name.
    /// - Parameter present: those it has now.
    func limits(now: Timestamp, present: [UsageLimit]) throws -> [String: UsageLimit?] {
        var limits: [String: UsageLimit?] = [:]
        func counted(_ field: String, _ name: String, _ unit: UsageUnit, _ window: UsageWindow) throws {
            guard let value = object[field] else { return }
            if value.isNull {
                limits[name] = .some(nil)
            } else if let count = value.integer, count >= 0 {
                limits[name] = UsageLimit(UsageLimitID(.key, "-", name), [unit: count], per: window)
            } else {
                throw KeyRefusal(.badRequest, "'\(field)' is a whole number from 0.")
            }
        }
        try counted("rpm_limit", Self.rpm, .requests, .minute)
        try counted("tpm_limit", Self.tpm, .tokens, .minute)
        try counted("max_parallel_requests", Self.parallel, .inFlight, .forever)
        let fields = ["max_budget", "soft_budget", "budget_duration"]
        if fields.contains(where: { object[$0] != nil }) {
            limits[Self.budget] = .some(try money(present.first { $0.id.name == Self.budget }))
        }
        return limits
    }

    private func money(_ present: UsageLimit?) throws -> UsageLimit? {
        var nanos = present?.limits[.cost]
        if let value = object["max_budget"] { nanos = try value.isNull ? nil : amount(value, "max_budget") }
        guard let nanos else { return nil }
        var window = present?.window ?? .forever
        if let value = object["budget_duration"] {
            guard value.isNull || value.string != nil else { throw Self.wrongDuration }
            window = try value.string.map(Self.window) ?? .forever
        }
        var percent = present?.softPercent
        if let value = object["soft_budget"] {
            percent = value.isNull || nanos == 0
                ? nil : max(1, min(100, Int(Double(try amount(value, "soft_budget")) * 100 / Double(nanos))))
        }
        return UsageLimit(UsageLimitID(.key, "-", Self.budget), [.cost: nanos], per: window, softPercent: percent)
    }

    /// Dollars as nano-dollars.
    private func amount(_ value: JSON, _ field: String) throws -> Int64 {
        let number = value.number ?? value.integer.map(Double.init)
        guard let number, number >= 0, number <= 9_000_000_000 else {
            throw KeyRefusal(.badRequest, "'\(field)' is an amount of dollars from 0.")
        }
        return Int64((number * 1e9).rounded())
    }

    private func text(_ name: String) throws -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string, text.utf8.count <= 200, !text.utf8.contains(where: { $0 < 0x20 }) else {
            throw KeyRefusal(.badRequest, "'\(name)' is a text of at most 200 bytes.")
        }
        return text.isEmpty ? nil : text
    }

    private func texts(_ name: String) throws -> [String]? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let elements = value.array, elements.count <= 1000, elements.allSatisfy({ $0.string != nil }) else {
            throw KeyRefusal(.badRequest, "'\(name)' is an array of texts.")
        }
        return elements.compactMap(\.string)
    }

    // MARK: durations

    /// `30s`, `30m`, `30h`, `30d`, `2w`, `1mo` (of 30 days).
    static func seconds(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), count > 0, count <= 1_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "s": return count
        case "m": return count * 60
        case "h": return count * 3600
        case "d": return count * 86_400
        case "w": return count * 7 * 86_400
        case "mo": return count * 30 * 86_400
        default: return nil
        }
    }

    private static let wrongDuration = KeyRefusal(.badRequest, "'budget_duration' is a time such as 30s, 30m, 24h, 7d or 1mo.")

    /// A day, an hour or a month (`30d` too, as in LiteLLM) begins with the calendar's, in UTC; other lengths are counted
    /// from 1970.
    static func window(_ text: String) throws -> UsageWindow {
        switch text {
        case "1h", "60m": return .hour(zone: "UTC")
        case "1d", "24h": return .day(zone: "UTC")
        case "30d", "1mo": return .month(zone: "UTC")
        default:
            guard let seconds = seconds(text), seconds <= 366 * 86_400 else { throw wrongDuration }
            return .every(seconds: seconds)
        }
    }

    static func duration(of window: UsageWindow) -> String? {
        switch window {
        case .forever: nil
        case .hour: "1h"
        case .day: "1d"
        case .month: "1mo"
        case .every(let seconds):
            seconds % 86_400 == 0 ? "\(seconds / 86_400)d" : seconds % 3600 == 0 ? "\(seconds / 3600)h" : "\(seconds)s"
        }
    }
}

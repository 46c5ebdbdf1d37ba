import ClawBase
import ClawLedger
import ClawPlatform
import Yams

/// Virtual keys, and limits on what is spent.
extension GatewayReader {
    static let keyNames = [
        "name", "key", "hash", "models", "expires", "allowsEstimates", "cache", "limits", "tenant", "project", "user",
        "runtime",
    ]

    mutating func keys(_ nodes: [Node]) -> [DeclaredGrant] {
        var lines: [String: Int] = [:]
        return nodes.enumerated().compactMap { index, node in
            let place = "keys[\(index)]"
            guard let members = reader.members(node, at: place, known: Self.keyNames) else { return nil }
            let name = reader.requiredText(members, "name").flatMap {
                reader.alias(members["name"], $0, at: members.place(of: "name"))
            }
            if let name { reader.noteName(name, members, &lines) }
            // Whoever's grant has this name is the administrator.
            if name == GatewayConfiguration.masterKeyID {
                reader.fail(members["name"], "The name 'master' is the master key's (gateway.masterKey); choose another.")
            }
            let key = key(members)
            var grant = ModelGrant(
                id: name ?? "", keyHash: "",
                subject: UsageSubject(
                    tenant: reader.text(members, "tenant"), project: reader.text(members, "project"),
                    user: reader.text(members, "user"), runtime: reader.text(members, "runtime")),
                models: reader.names(members, "models") ?? [], expiresAt: moment(members, "expires"))
            grant.allowsEstimates = reader.boolean(members, "allowsEstimates") ?? false
            grant.cache = reader.duration(members, "cache")
            for (index, node) in (reader.list(members, "limits") ?? []).enumerated() {
                let place = "\(place).limits[\(index)]"
                guard let members = reader.members(node, at: place, known: Self.limitNames) else { continue }
                if let limit = limit(members, .key, name ?? "") { add(limit, to: &grant.limits, node) }
            }
            guard name != nil, let key else { return nil }
            return DeclaredGrant(key: key, grant: grant)
        }
    }

    private mutating func key(_ members: Members) -> DeclaredGrant.Key? {
        switch (members["key"], members["hash"]) {
        case (.some, nil): return reader.secretLocation(members, "key").map(DeclaredGrant.Key.at)
        case (nil, .some(let node)):
            let digits = Set("0123456789abcdef".utf8)
            if let hash = node.scalar?.string, hash.utf8.count == 64, hash.utf8.allSatisfy(digits.contains) {
                return .hash(hash)
            }
            reader.fail(node, "\(members.place(of: "hash")) must be the key's SHA-256, 64 lower-case hexadecimal digits.")
        default:
            reader.fail(
                members.node, "\(members.place) needs either 'key', where the key is kept, or 'hash', its SHA-256.")
        }
        return nil
    }

    private mutating func moment(_ members: Members, _ name: String) -> Timestamp? {
        guard let node = members[name] else { return nil }
        if let text = node.scalar?.string, let moment = Timestamp(rfc3339: text) { return moment }
        reader.fail(node, "\(members.place(of: name)) must be a moment such as 2027-01-01T00:00:00Z.")
        return nil
    }

    // MARK: limits

    static let limitNames = [
        "name", "per", "zone", "cost", "tokens", "requests", "requestsAtOnce", "softPercent",
    ]
    private static let levels: [(name: String, level: UsageLimitID.Level)] = [
        ("runtime", .runtime), ("user", .user), ("project", .project), ("tenant", .tenant), ("platform", .platform),
    ]

    mutating func limits(_ nodes: [Node]) -> [UsageLimit] {
        var limits: [UsageLimit] = []
        for (index, node) in nodes.enumerated() {
            let place = "limits[\(index)]"
            guard let members = reader.members(node, at: place, known: Self.levels.map(\.name) + Self.limitNames) else {
                continue
            }
            let named = Self.levels.filter { members[$0.name] != nil }
            guard named.count == 1, let (name, level) = named.first else {
                reader.fail(node, "\(place) must name one of runtime, user, project, tenant, or platform: true.")
                continue
            }
            let holder = level == .platform ? platform(members) : reader.text(members, name)
            if let holder, let limit = limit(members, level, holder) { add(limit, to: &limits, node) }
        }
        return limits
    }

    private mutating func platform(_ members: Members) -> String? {
        guard let isMeant = reader.boolean(members, "platform") else { return nil }
        if !isMeant { reader.fail(members["platform"], "\(members.place(of: "platform")) must be true, or absent.") }
        return isMeant ? "" : nil
    }

    private mutating func add(_ limit: UsageLimit, to limits: inout [UsageLimit], _ node: Node) {
        if limits.contains(where: { $0.id == limit.id }) {
            reader.fail(node, "There is a limit '\(limit.id.name)' for the same holder already; give one of them another name.")
        }
        limits.append(limit)
    }

    private mutating func limit(_ members: Members, _ level: UsageLimitID.Level, _ holder: String) -> UsageLimit? {
        let window = window(members)
        var amounts: [UsageUnit: Int64] = [:]
        amounts[.cost] = dollars(members, "cost")
        for (name, unit) in [("tokens", UsageUnit.tokens), ("requests", .requests), ("requestsAtOnce", .inFlight)] {
            amounts[unit] = reader.integer(members, name, in: 0...Int.max).map(Int64.init)
        }
        if ["cost", "tokens", "requests", "requestsAtOnce"].allSatisfy(members.lacks) {
            reader.fail(members.node, "\(members.place) limits nothing; add cost, tokens, requests or requestsAtOnce.")
        }
        let name = reader.text(members, "name") ?? reader.text(members, "per") ?? "budget"
        return UsageLimit(
            UsageLimitID(level, holder, name), amounts, per: window ?? .forever,
            softPercent: reader.integer(members, "softPercent", in: 1...100))
    }

    private mutating func window(_ members: Members) -> UsageWindow? {
        let zone = reader.text(members, "zone")
        guard let node = members["per"], let text = reader.text(members, "per") else {
            if zone != nil { reader.fail(members["zone"], "\(members.place(of: "zone")) means nothing without 'per'.") }
            return nil
        }
        let window: UsageWindow
        switch text {
        case "minute": window = .minute
        case "hour": window = .hour(zone: zone ?? "UTC")
        case "day": window = .day(zone: zone ?? "UTC")
        case "month": window = .month(zone: zone ?? "UTC")
        case "ever": window = .forever
        default:
            guard let length = Duration(configured: text), length >= .seconds(1) else {
                reader.fail(
                    node, "\(members.place(of: "per")) must be minute, hour, day, month, ever, or a duration such as 5h.")
                return nil
            }
            window = .every(seconds: length.components.seconds)
        }
        do { _ = try window.period(at: Timestamp(seconds: 0)) } catch {
            reader.fail(members["zone"] ?? node, "\(members.place(of: "zone")): \(error.message)")
        }
        return window
    }
}

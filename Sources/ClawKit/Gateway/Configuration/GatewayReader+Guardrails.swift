import ClawBase
import ClawPlatform
import Yams

extension GatewayReader {
    static let guardrailNames = [
        "name", "models", "on", "window", "maxBytes", "allowTools", "denyTools", "askTools", "pattern", "mask",
        "personal",
    ]
    private static let toolNames = ["allowTools", "denyTools", "askTools"]

    mutating func guardrails(_ nodes: [Node]) -> [DeclaredGuardrail] {
        var lines: [String: Int] = [:]
        return nodes.enumerated().compactMap { index, node -> DeclaredGuardrail? in
            let place = "guardrails[\(index)]"
            guard let members = reader.members(node, at: place, known: Self.guardrailNames) else { return nil }
            let name = reader.requiredText(members, "name")
            if let name { reader.noteName(name, members, &lines) }
            let kinds = ["maxBytes", "pattern", "personal"].filter { members[$0] != nil }
                + (Self.toolNames.contains { members[$0] != nil } ? ["tools"] : [])
            guard kinds.count == 1 else {
                reader.fail(
                    node,
                    "\(place) must have one rule: maxBytes, pattern (with mask), personal, or allowTools, denyTools and "
                        + "askTools.")
                return nil
            }
            if members["mask"] != nil, kinds != ["pattern"] {
                reader.fail(members["mask"], "\(members.place(of: "mask")) means nothing without 'pattern'.")
            }
            let (traffic, window) = (traffic(members), window(kinds[0], members))
            guard let rule = rule(kinds[0], members), let name else { return nil }
            let declared = DeclaredGuardrail(
                name, rule, on: traffic, window: window, models: reader.names(members, "models") ?? [])
            do throws(Finding) { _ = try declared.guardrail } catch { reader.fail(members["pattern"], error.message) }
            return declared
        }
    }

    private mutating func traffic(_ members: Members) -> GuardedTraffic? {
        guard let text = reader.text(members, "on") else { return nil }
        let known: [String: GuardedTraffic] = ["requests": .requests, "answers": .answers, "both": .both]
        let traffic = known[text]
        if traffic == nil { reader.fail(members["on"], "\(members.place(of: "on")) must be requests, answers or both.") }
        if traffic == .requests, members["askTools"] != nil {
            reader.fail(members["on"], "\(members.place(of: "on")) must be answers or both: askTools looks at answers.")
        }
        return traffic
    }

    private mutating func window(_ kind: String, _ members: Members) -> Int? {
        guard let node = members["window"] else { return nil }
        guard ["pattern", "personal"].contains(kind) else {
            reader.fail(node, "\(members.place(of: "window")) means nothing without 'pattern' or 'personal'.")
            return nil
        }
        return reader.integer(members, "window", in: 1...16_384)
    }

    private mutating func rule(_ kind: String, _ members: Members) -> DeclaredGuardrail.Rule? {
        switch kind {
        case "maxBytes":
            return reader.integer(members, "maxBytes", in: 1...1_000_000_000).map { .size(maxBytes: $0) }
        case "pattern":
            return reader.text(members, "pattern").map { .pattern($0, replacement: reader.text(members, "mask")) }
        case "personal":
            guard let names = reader.names(members, "personal") else { return nil }
            let kinds = names.compactMap(PersonalDataRule.Kind.init(rawValue:))
            if kinds.count < names.count {
                reader.fail(members["personal"], "\(members.place(of: "personal")) knows email, card, iban and phone.")
            }
            return .personal(Set(kinds))
        default:
            return .tools(
                allowed: reader.names(members, "allowTools").map { Set($0) },
                denied: Set(reader.names(members, "denyTools") ?? []),
                asked: Set(reader.names(members, "askTools") ?? []))
        }
    }
}

import ClawDocuments

/// What admission policies and their bindings mean where they leave something out.
enum AdmissionPolicyDefaults {
    static func fill(_ object: inout JSONObject) {
        object.modify(.spec) { spec in
            guard var filled = spec?.object else { return }
            for name in ["matchConstraints", "matchResources"] {
                guard let match = filled[name]?.object else { continue }
                filled[name] = .object(Self.match(match))
            }
            // A binding has no failure policy of its own.
            if filled["policyName"] == nil, filled["failurePolicy"] == nil { filled["failurePolicy"] = "Fail" }
            spec = .object(filled)
        }
    }

    private static func match(_ match: JSONObject) -> JSONObject {
        var match = match
        for (name, value) in [("matchPolicy", "Equivalent"), ("namespaceSelector", [:]), ("objectSelector", [:])]
            as [(String, JSON)]
        where match[name] == nil {
            match[name] = value
        }
        for name in ["resourceRules", "excludeResourceRules"] {
            guard let rules = match[name]?.array else { continue }
            match[name] = .array(
                rules.map { rule in
                    guard var rule = rule.object, rule["scope"] == nil else { return rule }
                    rule["scope"] = "*"
                    return .object(rule)
                })
        }
        return match
    }
}

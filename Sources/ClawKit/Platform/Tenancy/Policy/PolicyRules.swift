import ClawBase
import ClawDocuments
import ClawResources

/// What one policy says, or several together: a term for each rule that is stated.
struct PolicyRules: Sendable, Hashable {
    private(set) var terms: [LayerRule: PolicyTerm]

    init(_ terms: [LayerRule: PolicyTerm] = [:]) { self.terms = terms }

    subscript(_ rule: LayerRule) -> PolicyTerm? { terms[rule] }

    var stated: [LayerRule] { LayerRule.allCases.filter { terms[$0] != nil } }

    // MARK: reading and writing

    /// - Throws: ``Finding``: `E_POLICY_UNKNOWN` for a rule that does not exist, `E_POLICY_INVALID`.
    init(_ spec: PolicySpec) throws(Finding) {
        terms = [:]
        try Self.check(.object(spec.document), [])
        for rule in LayerRule.allCases {
            var json: JSON? = .object(spec.document)
            for name in rule.path { json = json?[name] }
            if let json { terms[rule] = try rule.term(json) }
        }
    }

    /// Everything there is a rule, or leads to one.
    private static func check(_ json: JSON, _ path: [String]) throws(Finding) {
        if LayerRule(rawValue: path.joined(separator: ".")) != nil { return }
        guard let members = json.object, LayerRule.allCases.contains(where: { $0.path.starts(with: path) }) else {
            let known = LayerRule.allCases.map(\.rawValue).joined(separator: ", ")
            let place = path.joined(separator: ".")
            throw Finding(
                .policyUnknown, "There is no rule '\(place)'; the rules are \(known).", field: "spec.\(place)")
        }
        for (name, value) in members { try check(value, path + [name]) }
    }

    var spec: PolicySpec {
        var spec = JSONObject()
        for rule in stated {
            guard let term = terms[rule] else { continue }
            spec = Self.setting(spec, rule.path[...], rule.json(term))
        }
        return PolicySpec(document: spec)
    }

    private static func setting(_ object: JSONObject, _ path: ArraySlice<String>, _ value: JSON) -> JSONObject {
        guard let name = path.first else { return object }
        var object = object
        let inner = path.dropFirst()
        object[FieldKey(name)] =
            inner.isEmpty ? value : .object(setting(object[FieldKey(name)]?.object ?? JSONObject(), inner, value))
        return object
    }

    // MARK: layers

    /// What both allow.
    func narrowed(by other: PolicyRules) -> PolicyRules {
        PolicyRules(terms.merging(other.terms) { $0.narrowed(by: $1) })
    }

    /// The rules by which these allow more than the layer above does.
    func findings(of layer: PolicyLayer, under parent: PolicyRules, _ parentLayer: PolicyLayer) -> [Finding] {
        stated.compactMap { rule in
            guard let excess = parent.terms[rule].flatMap({ terms[rule]?.excess(over: $0) }) else { return nil }
            return Finding(
                .policyWidens,
                "\(rule.rawValue) of \(layer) allows \(excess), which \(parentLayer) does not; take it out, or have "
                    + "\(parentLayer) widened.", field: "spec.\(rule.rawValue)",
                details: ["rule": rule.rawValue, "layer": layer.description, "parent": parentLayer.description])
        }
    }
}

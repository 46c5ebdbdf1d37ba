public import ClawBase
import ClawDocuments
import ClawLedger
import ClawResources

/// The rules that a policy may state, by their place in its spec. A closed set: what is not among them is refused.
enum LayerRule: String, Sendable, CaseIterable {
    case registries = "images.registries"
    case digests = "images.digests"
    case containerLimits = "containers.limits"
    case volumeSize = "volumes.size"
    case isolation = "network.isolation"
    case egress = "network.egress"
    case security = "security"
    case models = "models.names"
    case budgets = "models.budgets"
    case tools = "tools"
    case runningSeconds = "lifetime.runningSeconds"
    case clusters = "placement.clusters"
    case regions = "placement.regions"

    var path: [String] { rawValue.split(separator: ".").map(String.init) }

    /// The words of a rule that is a choice, strictest first.
    private var words: [String] {
        switch self {
        case .digests: [PolicyImages.Digests.required, .optional].map(\.rawValue)
        case .isolation: [ProjectNetwork.Isolation.isolated, .open].map(\.rawValue)
        case .egress: [ProjectNetwork.Egress.platform, .internet].map(\.rawValue)
        case .security: [PodSecurity.restricted, .baseline, .privileged].map(\.rawValue)
        default: []
        }
    }

    // MARK: reading

    /// - Throws: ``Finding`` (`E_POLICY_INVALID`) for what the rule cannot be.
    func term(_ json: JSON) throws(Finding) -> PolicyTerm {
        switch self {
        case .registries: return .names(NamePatterns(.path, try names(json)))
        case .models, .clusters, .regions: return .names(NamePatterns(.star, try names(json)))
        case .digests, .isolation, .egress, .security:
            let words = words
            guard let rank = json.string.flatMap({ words.firstIndex(of: $0) }) else {
                throw bad("is one of \(words.joined(separator: ", "))")
            }
            return .upTo(rank, of: words)
        case .containerLimits:
            var ceilings: [String: Quantity] = [:]
            for (resource, value) in json.object ?? [:] { ceilings[resource] = try quantity(value) }
            guard json.object != nil else { throw bad("is a map from resource to quantity") }
            return .ceilings(ceilings)
        case .volumeSize: return .most(try quantity(json))
        case .runningSeconds:
            guard let seconds = json.integer, seconds >= 60 else { throw bad("is a number of seconds from 60") }
            return .number(seconds)
        case .budgets: return .budgets(try budgets(json))
        case .tools: return .tools(ToolVerdicts(try tools(json)))
        }
    }

    private func names(_ json: JSON) throws(Finding) -> [String] {
        guard let items = json.array, items.count <= 256 else { throw bad("is a list of at most 256 names") }
        let names = items.compactMap(\.string)
        guard names.count == items.count, names.allSatisfy({ (1...253).contains($0.utf8.count) }) else {
            throw bad("is a list of names of at most 253 characters")
        }
        return names
    }

    private func quantity(_ json: JSON) throws(Finding) -> Quantity {
        guard let quantity = Quantity(json: json), let amount = quantity.nanoUnits, amount >= 0 else {
            throw bad("takes quantities that are not negative, as 500m, 4Gi")
        }
        return quantity
    }

    private func budgets(_ json: JSON) throws(Finding) -> [String: [UsageUnit: Int64]] {
        guard let items = json.array, items.count <= 8 else { throw bad("is a list of at most 8 budgets") }
        var budgets: [String: [UsageUnit: Int64]] = [:]
        for item in items {
            guard let members = item.object, let text = members["window"]?.string, UsageWindow(text) != nil,
                members.allSatisfy({ ["window", "cost", "tokens", "requests"].contains($0.0) })
            else { throw bad("takes {window, cost, tokens, requests}, with a window such as day or month") }
            var amounts: [UsageUnit: Int64] = [:]
            if let cost = members["cost"] {
                guard let dollars = cost.string.flatMap({ NanoDollars($0) }) else {
                    throw bad("takes a cost in dollars, as \"12.50\"")
                }
                amounts[.cost] = dollars.nanos
            }
            amounts[.tokens] = members["tokens"]?.integer
            amounts[.requests] = members["requests"]?.integer
            guard !amounts.isEmpty, amounts.values.allSatisfy({ $0 >= 0 }) else {
                throw bad("says in each budget how much of cost, tokens or requests")
            }
            guard budgets.updateValue(amounts, forKey: text) == nil else { throw bad("has one budget per window") }
        }
        return budgets
    }

    private func tools(_ json: JSON) throws(Finding) -> [String: PolicyTool.Verdict] {
        guard let items = json.array, items.count <= 256 else { throw bad("is a list of at most 256 tools") }
        var verdicts: [String: PolicyTool.Verdict] = [:]
        for item in items {
            guard let name = item["name"]?.string, (1...128).contains(name.utf8.count),
                let verdict = item["verdict"].flatMap({ PolicyTool.Verdict(json: $0) }), item.object?.count == 2
            else { throw bad("takes {name, verdict}, verdict one of deny, ask, allow") }
            guard verdicts.updateValue(verdict, forKey: name) == nil else { throw bad("names '\(name)' twice") }
        }
        return verdicts
    }

    private func bad(_ what: String) -> Finding {
        Finding(.policyInvalid, "The rule \(rawValue) \(what).", field: "spec.\(rawValue)")
    }

    // MARK: writing

    func json(_ term: PolicyTerm) -> JSON {
        switch term {
        case .names(let names): .array(names.patterns.map(JSON.string))
        case .upTo(let rank, let words): .string(words[rank])
        case .ceilings(let ceilings):
            .object(JSONObject(ceilings.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
        case .most(let quantity): quantity.json
        case .number(let number): .integer(number)
        case .budgets(let budgets):
            .array(
                budgets.sorted { $0.key < $1.key }.map { window, amounts in
                    var budget: JSONObject = ["window": .string(window)]
                    budget["cost"] = amounts[.cost].map { .string(NanoDollars(nanos: $0).description) }
                    budget["tokens"] = amounts[.tokens].map(JSON.integer)
                    budget["requests"] = amounts[.requests].map(JSON.integer)
                    return .object(budget)
                })
        case .tools(let tools):
            .array(
                tools.verdicts.sorted { $0.key < $1.key }.map { name, verdict in
                    ["name": .string(name), "verdict": .string(verdict.rawValue)]
                })
        }
    }
}

extension FindingCode {
    /// A policy has a rule that does not exist.
    public static let policyUnknown = FindingCode(rawValue: "E_POLICY_UNKNOWN")
    /// A rule of a policy says what it cannot say.
    public static let policyInvalid = FindingCode(rawValue: "E_POLICY_INVALID")
    /// A policy allows what the layer above it does not.
    public static let policyWidens = FindingCode(rawValue: "E_POLICY_WIDENS")
    /// What is asked for goes beyond the effective policy.
    public static let policyRefused = FindingCode(rawValue: "E_POLICY")
}

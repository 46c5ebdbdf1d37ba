import ClawDocuments
import ClawSchemas

/// The rules of where a pod may run.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/>
enum SchedulingRules {
    static let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]

    static func check(tolerations: Field, _ errors: inout FieldErrors) {
        for toleration in tolerations.items {
            let (key, comparison, value) = (toleration["key"], toleration["operator"], toleration["value"])
            if !key.isEmpty { MetadataRules.key(key.string, at: key, &errors) }
            if key.isEmpty, comparison.string != "Exists" {
                errors.invalid(
                    comparison,
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
                    showing: .string(comparison.string))
            }
            if toleration["tolerationSeconds"].isSet, toleration["effect"].string != "NoExecute" {
                errors.invalid(
                    toleration["effect"], "effect must be 'NoExecute' when `tolerationSeconds` is set",
                    showing: .string(toleration["effect"].string))
            }
            switch comparison.string {
            case "", "Equal":
                let problems = NameRules.labelValue(value.string)
                if !problems.isEmpty {
                    errors.invalid(comparison, problems.joined(separator: ";"), showing: .string(value.string))
                }
            case "Exists":
                if !value.isEmpty {
                    errors.invalid(
                        comparison, "value must be empty when `operator` is 'Exists'", showing: toleration.value)
                }
            default: errors.unsupported(comparison, ["Equal", "Exists"])
            }
            errors.oneOf(toleration["effect"], effects)
        }
    }

    static func check(taints: Field, _ errors: inout FieldErrors) {
        var seen: Set<String> = []
        for taint in taints.items {
            MetadataRules.key(taint["key"].string, at: Field(taint["key"].path, .string(taint["key"].string)), &errors)
            errors.invalid(taint["value"], NameRules.labelValue(taint["value"].string))
            errors.oneOf(taint["effect"], effects, isRequired: true)
            if !seen.insert("\(taint["key"].string):\(taint["effect"].string)").inserted { errors.duplicate(taint) }
        }
    }

    static func check(gates: Field, _ errors: inout FieldErrors) {
        var seen: Set<String> = []
        for gate in gates.items {
            errors.invalid(gate["name"], NameRules.qualifiedName(gate["name"].string))
            if !seen.insert(gate["name"].string).inserted { errors.duplicate(gate["name"]) }
        }
    }

    static func check(spread constraints: Field, _ errors: inout FieldErrors) {
        var seen: Set<String> = []
        for constraint in constraints.items {
            let (skew, key, policy) = (
                constraint["maxSkew"], constraint["topologyKey"], constraint["whenUnsatisfiable"]
            )
            if (skew.integer ?? 0) <= 0 { errors.invalid(skew, "must be greater than zero", showing: skew.value ?? 0) }
            if key.isEmpty {
                errors.required(key, "can not be empty")
            } else {
                MetadataRules.key(key.string, at: key, &errors)
            }
            if !["DoNotSchedule", "ScheduleAnyway"].contains(policy.string) {
                errors.unsupported(policy, ["DoNotSchedule", "ScheduleAnyway"])
            }
            let pair = "{\(key.string), \(policy.string)}"
            if !seen.insert(pair).inserted {
                errors.duplicate(
                    Field(.member(constraint.path, "{topologyKey, whenUnsatisfiable}"), nil), showing: "\"\(pair)\"")
            }
            if let least = constraint["minDomains"].integer {
                if least <= 0 { errors.invalid(constraint["minDomains"], "must be greater than zero") }
                if policy.string != "DoNotSchedule" {
                    errors.invalid(
                        constraint["minDomains"],
                        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(policy.string)")
                }
            }
            errors.oneOf(constraint["nodeAffinityPolicy"], ["Honor", "Ignore"])
            errors.oneOf(constraint["nodeTaintsPolicy"], ["Honor", "Ignore"])
            SelectorRules.check(constraint["labelSelector"], &errors)
        }
    }

    static func check(affinity: Field, _ errors: inout FieldErrors) {
        guard !affinity.isEmpty else { return }
        let (required, preferred) = (
            "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
        )
        let nodes = affinity["nodeAffinity"]
        if nodes[required].isSet { check(nodeSelector: nodes[required], &errors) }
        for term in nodes[preferred].items {
            checkWeight(term["weight"], &errors)
            check(term: term["preference"], &errors)
        }
        for kind in ["podAffinity", "podAntiAffinity"] where affinity[kind].isSet {
            for term in affinity[kind][required].items { check(podTerm: term, &errors) }
            for term in affinity[kind][preferred].items {
                checkWeight(term["weight"], &errors)
                check(podTerm: term["podAffinityTerm"], &errors)
            }
        }
    }

    static func check(nodeSelector: Field, _ errors: inout FieldErrors) {
        let terms = nodeSelector["nodeSelectorTerms"]
        if terms.isEmpty { errors.required(terms, "must have at least one node selector term") }
        for term in terms.items { check(term: term, &errors) }
    }

    private static func checkWeight(_ weight: Field, _ errors: inout FieldErrors) {
        if !(1...100).contains(weight.integer ?? 0) {
            errors.invalid(weight, "must be in the range 1-100", showing: weight.value ?? 0)
        }
    }

    private static func check(term: Field, _ errors: inout FieldErrors) {
        for expression in term["matchExpressions"].items {
            let (comparison, values) = (expression["operator"], expression["values"])
            switch comparison.string {
            case "In", "NotIn":
                if values.isEmpty { errors.required(values, "must be specified when `operator` is 'In' or 'NotIn'") }
            case "Exists", "DoesNotExist":
                if !values.isEmpty {
                    errors.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
                }
            case "Gt", "Lt":
                if values.items.count != 1 {
                    errors.required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'")
                }
            default: errors.invalid(comparison, "not a valid selector operator", showing: .string(comparison.string))
            }
            MetadataRules.key(expression["key"].string, at: expression["key"], &errors)
        }
    }

    private static func check(podTerm term: Field, _ errors: inout FieldErrors) {
        SelectorRules.check(term["labelSelector"], &errors)
        SelectorRules.check(term["namespaceSelector"], &errors)
        for name in term["namespaces"].items { errors.invalid(name, NameRules.label(name.string)) }
        let key = term["topologyKey"]
        if key.isEmpty { errors.required(key, "can not be empty") }
        MetadataRules.key(key.string, at: key, &errors)
    }
}

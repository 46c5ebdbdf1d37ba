import ClawDocuments
import ClawSchemas

/// The rules of disruption budgets, priorities, leases and autoscalers.
enum PolicyRules {
    static func check(budget object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        let (least, most) = (spec["minAvailable"], spec["maxUnavailable"])
        if least.isSet, most.isSet {
            func text(_ field: Field) -> String { (field.value ?? .null).description }
            errors.invalid(
                spec, "minAvailable and maxUnavailable cannot be both set",
                showingText: "{\"MinAvailable\":\(text(least)),\"Selector\":\(text(spec["selector"])),"
                    + "\"MaxUnavailable\":\(text(most)),"
                    + "\"UnhealthyPodEvictionPolicy\":\(text(spec["unhealthyPodEvictionPolicy"]))}")
        }
        for count in [least, most] where count.isSet {
            errors.countOrPercent(count)
            errors.notMoreThanAll(count)
        }
        errors.oneOf(spec["unhealthyPodEvictionPolicy"], ["AlwaysAllow", "IfHealthyBudget"])
        SelectorRules.check(spec["selector"], &errors)
    }

    static func check(priority object: Field, _ errors: inout FieldErrors) {
        let name = object["metadata"]["name"]
        if name.string.hasPrefix("system-") {
            let known: [String: Int64] = [
                "system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000,
            ]
            if known[name.string] != object["value"].integer ?? 0 {
                errors.forbidden(
                    name,
                    "priority class names with 'system-' prefix are reserved for system use only. error: \(name.string) is "
                        + "not a known system priority class")
            }
        } else if let value = object["value"].integer, value > 1_000_000_000 {
            errors.forbidden(object["value"], "maximum allowed value of a user defined priority is 1000000000")
        }
        errors.oneOf(object["preemptionPolicy"], ["Never", "PreemptLowerPriority"])
    }

    static func checkChange(priority new: Field, _ old: Field, _ errors: inout FieldErrors) {
        if (new["value"].integer ?? 0) != (old["value"].integer ?? 0) {
            errors.forbidden(new["value"], "may not be changed in an update.")
        }
        if new["preemptionPolicy"].value != old["preemptionPolicy"].value {
            errors.forbidden(new["preemptionPolicy"], "may not be changed in an update.")
        }
    }

    static func check(lease object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if let seconds = spec["leaseDurationSeconds"].integer, seconds <= 0 {
            errors.invalid(spec["leaseDurationSeconds"], "must be greater than 0")
        }
        errors.notNegative(spec["leaseTransitions"])
    }

    static func check(autoscaler object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        let (least, most, target) = (spec["minReplicas"], spec["maxReplicas"], spec["scaleTargetRef"])
        if let count = least.integer, count < 1 { errors.invalid(least, "must be greater than or equal to 1") }
        if (most.integer ?? 0) < 1 { errors.invalid(most, "must be greater than 0", showing: most.value ?? 0) }
        if let low = least.integer, let high = most.integer, high < low {
            errors.invalid(most, "must be greater than or equal to `minReplicas`")
        }
        for name in ["kind", "name"] {
            if target[name].isEmpty {
                errors.required(target[name])
            } else {
                errors.invalid(target[name], NameRules.pathSegment(target[name].string))
            }
        }
        // The one kind of the core group that scales.
        if target["apiVersion"].isEmpty, target["kind"].string != "ReplicationController" {
            errors.invalid(target["apiVersion"], "apiVersion must specify API group", showing: "")
        }
        for metric in spec["metrics"].items { check(metric: metric, &errors) }
        for direction in ["scaleUp", "scaleDown"] where spec["behavior"][direction].isSet {
            check(scaling: spec["behavior"][direction], &errors)
        }
    }

    private static func check(metric: Field, _ errors: inout FieldErrors) {
        let kinds = ["ContainerResource", "External", "Object", "Pods", "Resource"]
        let type = metric["type"]
        if type.isEmpty { return errors.required(type, "must specify a metric source type") }
        guard kinds.contains(type.string) else { return errors.unsupported(type, kinds) }
        let member = type.string.prefix(1).lowercased() + type.string.dropFirst()
        guard metric[member].isSet else {
            return errors.required(metric[member], "must populate information for the given metric source")
        }
        if ["Resource", "ContainerResource"].contains(type.string) {
            errors.present(metric[member]["name"], "must specify a resource name")
        }
    }

    private static func check(scaling rules: Field, _ errors: inout FieldErrors) {
        let window = rules["stabilizationWindowSeconds"]
        if let seconds = window.integer {
            if seconds < 0 { errors.invalid(window, "must be greater than or equal to zero") }
            if seconds > 3600 { errors.invalid(window, "must be less than or equal to 3600") }
        }
        errors.oneOf(rules["selectPolicy"], ["Disabled", "Max", "Min"])
        if rules["policies"].isSet, rules["policies"].isEmpty {
            errors.required(rules["policies"], "must specify at least one Policy")
        }
        for policy in rules["policies"].items {
            errors.oneOf(policy["type"], ["Percent", "Pods"], isRequired: true)
            if (policy["value"].integer ?? 0) <= 0 { errors.invalid(policy["value"], "must be greater than zero") }
            if let seconds = policy["periodSeconds"].integer, !(1...1800).contains(seconds) {
                errors.invalid(
                    policy["periodSeconds"],
                    seconds < 1 ? "must be greater than zero" : "must be less than or equal to 1800")
            }
        }
    }
}

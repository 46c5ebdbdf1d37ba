import ClawDocuments
import ClawSchemas

/// The rules of limit ranges and resource quotas.
enum QuotaRules {
    static func check(quota object: Field, _ errors: inout FieldErrors) {
        for (name, amount) in object["spec"]["hard"].entries {
            ResourceRules.check(quotaResource: name, amount, &errors)
            ResourceRules.check(amount: amount, name, &errors)
        }
        let scopes = object["spec"]["scopes"]
        for scope in scopes.strings where !knownScopes.contains(scope) {
            errors.invalid(scopes, "unsupported scope", showing: scopes.value)
        }
    }

    private static let knownScopes: Set<String> = [
        "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity",
        "VolumeAttributesClass",
    ]

    static func checkChange(quota new: Field, _ old: Field, _ errors: inout FieldErrors) {
        if new["spec"]["scopes"].value != old["spec"]["scopes"].value {
            errors.invalid(new["spec"]["scopes"], "field is immutable")
        }
    }

    static func check(limitRange object: Field, _ errors: inout FieldErrors) {
        var types: Set<String> = []
        for limit in object["spec"]["limits"].items {
            let type = limit["type"]
            errors.invalid(type, NameRules.qualifiedName(type.string))
            if !types.insert(type.string).inserted { errors.duplicate(type) }
            if type.string == "Pod" {
                for name in ["default", "defaultRequest"] where !limit[name].isEmpty {
                    errors.forbidden(limit[name], "may not be specified when `type` is 'Pod'")
                }
            }
            if type.string == "PersistentVolumeClaim", !limit["min"]["storage"].isSet, !limit["max"]["storage"].isSet {
                errors.required(
                    limit["limits"], "either minimum or maximum storage value is required, but neither was provided")
            }
            checkOrder(limit, &errors)
        }
    }

    /// min ≤ default request ≤ default ≤ max, resource by resource.
    private static func checkOrder(_ limit: Field, _ errors: inout FieldErrors) {
        let parts = ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"]
        for (part, name, amount) in parts.flatMap({ part in limit[part].entries.map { (part, $0.name, $0.field) } })
        where part != "maxLimitRequestRatio" {
            ResourceRules.check(resource: name, amount, &errors)
        }
        for name in Set(parts.flatMap { limit[$0].entries.map(\.name) }).sorted() {
            func amount(_ part: String) -> Quantity? { limit[part][name].quantity }
            func compare(
                _ low: String, _ lowWords: String, _ high: String, _ highWords: String, at place: String, shows: String
            ) {
                guard let a = amount(low), let b = amount(high), a > b else { return }
                errors.invalid(
                    Field(.key(limit[place].path, name), nil),
                    "\(lowWords) value \(a.canonicalText) is greater than \(highWords) value \(b.canonicalText)",
                    showing: .string(amount(shows)?.canonicalText ?? ""))
            }
            compare("min", "min", "max", "max", at: "min", shows: "min")
            compare("min", "min", "defaultRequest", "default request", at: "defaultRequest", shows: "defaultRequest")
            compare("defaultRequest", "default request", "max", "max", at: "defaultRequest", shows: "defaultRequest")
            compare(
                "defaultRequest", "default request", "default", "default limit", at: "defaultRequest",
                shows: "defaultRequest")
            compare("min", "min", "default", "default", at: "default", shows: "min")
            compare("default", "default", "max", "max", at: "default", shows: "max")
        }
    }
}

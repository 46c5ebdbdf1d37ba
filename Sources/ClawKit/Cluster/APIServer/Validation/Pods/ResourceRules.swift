import ClawDocuments
import ClawSchemas

/// The rules of resources and of their amounts.
/// <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/>
enum ResourceRules {
    static func check(container resources: Field, _ errors: inout FieldErrors) {
        let (limits, requests) = (resources["limits"], resources["requests"])
        for (name, limit) in limits.entries {
            check(containerResource: name, limit, &errors)
            check(amount: limit, name, &errors)
        }
        for (name, request) in requests.entries {
            check(containerResource: name, request, &errors)
            check(amount: request, name, &errors)
            let limit = limits[name]
            guard let most = limit.quantity, let asked = request.quantity else {
                if !mayOvercommit(name) {
                    errors.required(limits, "Limit must be set for non overcommitable resources")
                }
                continue
            }
            let shown = JSON.string(asked.canonicalText)
            if !mayOvercommit(name), !asked.isSameAmount(as: most) {
                errors.invalid(requests, "must be equal to \(name) limit of \(most.canonicalText)", showing: shown)
            } else if asked > most {
                errors.invalid(
                    requests, "must be less than or equal to \(name) limit of \(most.canonicalText)", showing: shown)
            }
        }
    }

    static func check(overhead: Field, _ errors: inout FieldErrors) {
        for (name, amount) in overhead.entries {
            check(containerResource: name, amount, &errors)
            check(amount: amount, name, &errors)
        }
    }

    /// Any resource's name.
    static func check(resource name: String, _ field: Field, _ errors: inout FieldErrors) {
        for problem in NameRules.qualifiedName(name) { errors.invalid(field, problem, showing: .string(name)) }
        if !name.contains("/"), !standard.contains(name), !isHugePages(name) {
            errors.invalid(field, "must be a standard resource type or fully qualified", showing: .string(name))
        }
    }

    private static func check(containerResource name: String, _ field: Field, _ errors: inout FieldErrors) {
        if ofContainers.contains(name) { return }
        check(resource: name, field, &errors)
        if !name.contains("/"), !isHugePages(name) {
            errors.invalid(field, "must be a standard resource for containers", showing: .string(name))
        }
    }

    static func check(quotaResource name: String, _ field: Field, _ errors: inout FieldErrors) {
        check(resource: name, field, &errors)
        if !name.contains("/"), !ofQuotas.contains(name), !isHugePages(name) {
            errors.invalid(field, "must be a standard resource for quota", showing: .string(name))
        }
    }

    /// Not negative, and whole where the resource cannot be divided.
    static func check(amount: Field, _ name: String, _ errors: inout FieldErrors) {
        guard let quantity = amount.quantity, let nanos = quantity.nanoUnits else { return }
        let shown = JSON.string(quantity.canonicalText)
        if nanos < 0 { errors.invalid(amount, "must be greater than or equal to 0", showing: shown) }
        let isWhole = nanos % 1_000_000_000 == 0
        if !isWhole, counted.contains(name) || (name.contains("/") && !name.contains("kubernetes.io/")) {
            errors.invalid(amount, "must be an integer", showing: shown)
        }
    }

    private static func mayOvercommit(_ name: String) -> Bool {
        !isHugePages(name) && (!name.contains("/") || name.contains("kubernetes.io/"))
    }

    private static func isHugePages(_ name: String) -> Bool {
        name.hasPrefix("hugepages-") || name.hasPrefix("requests.hugepages-")
    }

    private static let ofContainers: Set<String> = ["cpu", "memory", "ephemeral-storage"]
    private static let counted: Set<String> = [
        "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
        "persistentvolumeclaims",
        "services.nodeports", "services.loadbalancers",
    ]
    private static let ofQuotas: Set<String> = counted.union([
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    ])
    private static let standard = ofQuotas.union(["storage"])
}

extension Quantity {
    /// The amount as Kubernetes writes it.
    var canonicalText: String { canonical?.text ?? text }
}

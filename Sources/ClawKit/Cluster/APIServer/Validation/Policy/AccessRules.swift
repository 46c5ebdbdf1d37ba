import ClawDocuments
import ClawSchemas

/// The rules of RBAC's kinds.
/// <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>
enum AccessRules {
    private static let group = "rbac.authorization.k8s.io"

    static func check(role object: Field, isNamespaced: Bool, _ errors: inout FieldErrors) {
        for rule in object["rules"].items { check(rule: rule, isNamespaced: isNamespaced, &errors) }
        for selector in object["aggregationRule"]["clusterRoleSelectors"].items {
            SelectorRules.check(selector, &errors)
        }
    }

    private static func check(rule: Field, isNamespaced: Bool, _ errors: inout FieldErrors) {
        if rule["verbs"].isEmpty { errors.required(rule["verbs"], "verbs must contain at least one value") }
        let paths = rule["nonResourceURLs"]
        if !paths.isEmpty {
            if isNamespaced { errors.invalid(paths, "namespaced rules cannot apply to non-resource URLs") }
            if ["apiGroups", "resources", "resourceNames"].contains(where: { !rule[$0].isEmpty }) {
                errors.invalid(paths, "rules cannot apply to both regular resources and non-resource URLs")
            }
            return
        }
        if rule["apiGroups"].isEmpty {
            errors.required(rule["apiGroups"], "resource rules must supply at least one api group")
        }
        if rule["resources"].isEmpty {
            errors.required(rule["resources"], "resource rules must supply at least one resource")
        }
    }

    static func check(binding object: Field, isNamespaced: Bool, _ errors: inout FieldErrors) {
        let role = object["roleRef"]
        if role["apiGroup"].string != group { errors.unsupported(role["apiGroup"], [group]) }
        let kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"]
        if !kinds.contains(role["kind"].string) { errors.unsupported(role["kind"], kinds) }
        if role["name"].isEmpty {
            errors.required(role["name"])
        } else {
            errors.invalid(role["name"], NameRules.pathSegment(role["name"].string))
        }
        for subject in object["subjects"].items { check(subject: subject, isNamespaced: isNamespaced, &errors) }
    }

    private static func check(subject: Field, isNamespaced: Bool, _ errors: inout FieldErrors) {
        errors.present(subject["name"])
        switch subject["kind"].string {
        case "ServiceAccount":
            if !subject["name"].isEmpty { errors.invalid(subject["name"], NameRules.subdomain(subject["name"].string)) }
            if !subject["apiGroup"].isEmpty { errors.unsupported(subject["apiGroup"], [""]) }
            if !isNamespaced { errors.present(subject["namespace"]) }
        case "User", "Group":
            if subject["apiGroup"].string != group { errors.unsupported(subject["apiGroup"], [group]) }
        default: errors.unsupported(subject["kind"], ["ServiceAccount", "User", "Group"])
        }
    }

    static func checkChange(binding new: Field, _ old: Field, _ errors: inout FieldErrors) {
        if new["roleRef"].value != old["roleRef"].value { errors.invalid(new["roleRef"], "cannot change roleRef") }
    }
}

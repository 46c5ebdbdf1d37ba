import ClawDocuments
import ClawSchemas

/// The rules of stateful sets.
enum StatefulSetRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        let policy = spec["podManagementPolicy"]
        if policy.isEmpty {
            errors.required(policy)
        } else if !["OrderedReady", "Parallel"].contains(policy.string) {
            errors.invalid(policy, "must be 'OrderedReady' or 'Parallel'")
        }
        checkStrategy(spec["updateStrategy"], &errors)
        for name in ["whenDeleted", "whenScaled"] {
            errors.oneOf(spec["persistentVolumeClaimRetentionPolicy"][name], ["Retain", "Delete"])
        }
        errors.notNegative(spec, "replicas", "minReadySeconds")
        errors.notNegative(spec["ordinals"]["start"])
        errors.notNegative(spec["revisionHistoryLimit"])
        TemplateRules.checkSelector(spec, emptyIsInvalidFor: "statefulset", &errors)
        TemplateRules.checkTemplate(spec, of: "StatefulSet", &errors)
    }

    private static func checkStrategy(_ strategy: Field, _ errors: inout FieldErrors) {
        let rolling = strategy["rollingUpdate"]
        switch strategy["type"].string {
        case "": errors.required(strategy)
        case "OnDelete":
            if rolling.isSet { errors.invalid(rolling, "only allowed for updateStrategy 'RollingUpdate'") }
        case "RollingUpdate":
            errors.notNegative(rolling["partition"])
            errors.countOrPercent(rolling["maxUnavailable"])
            errors.notMoreThanAll(rolling["maxUnavailable"])
            if DeploymentRules.isZero(rolling["maxUnavailable"]) {
                errors.invalid(rolling["maxUnavailable"], "cannot be 0")
            }
        case let type:
            let text =
                "{\"Type\":\(JSON.string(type)),\"RollingUpdate\":\(rolling.isSet ? rolling.value ?? .null : .null)}"
            errors.invalid(strategy, "must be 'RollingUpdate' or 'OnDelete'", showingText: text)
        }
    }

    static func checkChange(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        func fixed(_ spec: Field) -> JSON? {
            var value = spec.value
            for name in [
                "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
            ] { value?[name] = nil }
            return value
        }
        if fixed(new["spec"]) != fixed(old["spec"]) {
            errors.forbidden(
                new["spec"],
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                    + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
            )
        }
    }
}

import ClawDocuments
import ClawSchemas

/// The rules of deployments, replica sets and replication controllers.
enum DeploymentRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.notNegative(spec["replicas"])
        TemplateRules.checkSelector(spec, emptyIsInvalidFor: "deployment", &errors)
        TemplateRules.checkTemplate(spec, of: "ReplicaSet", &errors)
        checkStrategy(spec["strategy"], &errors)
        errors.notNegative(spec, "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
        let deadline = spec["progressDeadlineSeconds"]
        if let seconds = deadline.integer, seconds <= spec["minReadySeconds"].integer ?? 0 {
            errors.invalid(deadline, "must be greater than minReadySeconds")
        }
    }

    private static func checkStrategy(_ strategy: Field, _ errors: inout FieldErrors) {
        let rolling = strategy["rollingUpdate"]
        switch strategy["type"].string {
        case "Recreate":
            if rolling.isSet {
                errors.forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'")
            }
        case "RollingUpdate":
            guard rolling.isSet else { return errors.required(rolling, "this should be defaulted and never be nil") }
            let (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"])
            errors.countOrPercent(unavailable)
            errors.countOrPercent(surge)
            if isZero(unavailable), isZero(surge) { errors.invalid(unavailable, "may not be 0 when `maxSurge` is 0") }
            errors.notMoreThanAll(unavailable)
        case "": break
        default: errors.unsupported(strategy["type"], ["Recreate", "RollingUpdate"])
        }
    }

    static func isZero(_ count: Field) -> Bool {
        count.integer == 0 || (count.string.hasSuffix("%") && Int(count.string.dropLast()) == 0)
    }

    static func checkChange(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        errors.immutable(new["spec"]["selector"], old["spec"]["selector"])
    }

    static func check(replicaSet object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.notNegative(spec, "replicas", "minReadySeconds")
        TemplateRules.checkSelector(spec, emptyIsInvalidFor: "deployment", &errors)
        TemplateRules.checkTemplate(spec, of: "ReplicaSet", &errors)
    }

    static func check(replicationController object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        errors.notNegative(spec, "minReadySeconds")
        let selector = spec["selector"]
        errors.present(selector)
        errors.notNegative(spec["replicas"])
        guard spec["template"].isSet else { return errors.required(spec["template"]) }
        let labels = spec["template"]["metadata"]["labels"]
        if !selector.entries.allSatisfy({ labels[$0.name].value?.string == $0.field.string }) {
            errors.invalid(labels, "`selector` does not match template `labels`")
        }
        PodRules.check(template: spec["template"], &errors)
        let policy = spec["template"]["spec"]["restartPolicy"]
        if !policy.isEmpty, policy.string != "Always" { errors.unsupported(policy, ["Always"]) }
    }
}

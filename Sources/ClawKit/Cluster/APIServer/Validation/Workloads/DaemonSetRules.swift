import ClawDocuments
import ClawSchemas

/// The rules of daemon sets.
enum DaemonSetRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        let selector = spec["selector"]
        if selector.isSet { SelectorRules.check(selector, &errors) } else { errors.required(selector) }
        TemplateRules.checkLabels(spec, &errors)
        if selector.isSet, SelectorRules.isEmpty(selector) {
            errors.invalid(selector, "empty selector is invalid for daemonset")
        }
        PodRules.check(template: spec["template"], &errors)
        let pod = spec["template"]["spec"]
        if !pod["restartPolicy"].isEmpty, pod["restartPolicy"].string != "Always" {
            errors.unsupported(pod["restartPolicy"], ["Always"])
        }
        if pod["activeDeadlineSeconds"].isSet {
            errors.forbidden(pod["activeDeadlineSeconds"], "activeDeadlineSeconds in DaemonSet is not Supported")
        }
        errors.notNegative(spec["minReadySeconds"])
        checkStrategy(spec["updateStrategy"], &errors)
        errors.notNegative(spec["revisionHistoryLimit"])
    }

    private static func checkStrategy(_ strategy: Field, _ errors: inout FieldErrors) {
        guard strategy["type"].string == "RollingUpdate" else {
            return errors.oneOf(strategy["type"], ["RollingUpdate", "OnDelete"])
        }
        let rolling = strategy["rollingUpdate"]
        let (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"])
        guard rolling.isSet else { return errors.required(rolling) }
        for count in [unavailable, surge] {
            errors.countOrPercent(count)
            errors.notMoreThanAll(count)
        }
        let (hasUnavailable, hasSurge) = (
            !DeploymentRules.isZero(unavailable), surge.isSet && !DeploymentRules.isZero(surge)
        )
        if hasUnavailable, hasSurge {
            errors.invalid(surge, "may not be set when maxUnavailable is non-zero")
        } else if !hasUnavailable, !hasSurge {
            errors.required(unavailable, "cannot be 0 when maxSurge is 0")
        }
    }
}

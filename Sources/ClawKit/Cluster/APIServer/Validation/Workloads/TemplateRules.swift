import ClawDocuments
import ClawSchemas

/// What the kinds that make pods have in common: a selector, and a template whose labels it matches.
enum TemplateRules {
    /// - Parameter kind: how messages name the kind.
    static func checkSelector(_ spec: Field, emptyIsInvalidFor kind: String, _ errors: inout FieldErrors) {
        let selector = spec["selector"]
        guard selector.isSet else { return errors.required(selector) }
        SelectorRules.check(selector, &errors)
        if SelectorRules.isEmpty(selector) { errors.invalid(selector, "empty selector is invalid for \(kind)") }
    }

    /// A template of pods that run for ever.
    static func checkTemplate(_ spec: Field, of kind: String, _ errors: inout FieldErrors) {
        let template = spec["template"]
        checkLabels(spec, &errors)
        PodRules.check(template: template, &errors)
        let (policy, deadline) = (template["spec"]["restartPolicy"], template["spec"]["activeDeadlineSeconds"])
        if !policy.isEmpty, policy.string != "Always" { errors.unsupported(policy, ["Always"]) }
        if deadline.isSet { errors.forbidden(deadline, "activeDeadlineSeconds in \(kind) is not Supported") }
    }

    static func checkLabels(_ spec: Field, _ errors: inout FieldErrors) {
        let labels = spec["template"]["metadata"]["labels"]
        if !SelectorRules.matches(spec["selector"], labels) {
            errors.invalid(labels, "`selector` does not match template `labels`")
        }
    }
}

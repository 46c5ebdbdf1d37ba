import ClawDocuments
import ClawSchemas

/// The rules of jobs.
/// <https://kubernetes.io/docs/concepts/workloads/controllers/job/>
enum JobRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        checkGeneratedSelector(object, &errors)
        check(spec: object["spec"], &errors)
        checkSelection(object["spec"], &errors)
    }

    /// What jobs and the templates of cron jobs have in common.
    static func check(spec: Field, _ errors: inout FieldErrors) {
        errors.notNegative(
            spec, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
            "maxFailedIndexes", "backoffLimitPerIndex")
        let mode = spec["completionMode"]
        errors.oneOf(mode, ["Indexed", "NonIndexed"])
        if mode.string == "Indexed", !spec["completions"].isSet {
            errors.required(spec["completions"], "when completion mode is Indexed")
        }
        if mode.string != "Indexed", spec["backoffLimitPerIndex"].isSet {
            errors.invalid(spec["backoffLimitPerIndex"], "requires indexed completion mode")
        }
        errors.oneOf(spec["podReplacementPolicy"], ["Failed", "TerminatingOrFailed"])
        PodRules.check(template: spec["template"], &errors)
        let policy = spec["template"]["spec"]["restartPolicy"]
        if policy.string == "Always" || policy.isEmpty {
            errors.required(policy, "valid values: \"OnFailure\", \"Never\"")
        } else if !["OnFailure", "Never"].contains(policy.string) {
            errors.unsupported(policy, ["OnFailure", "Never"])
        }
        if spec["podFailurePolicy"].isSet, policy.string != "Never" {
            errors.invalid(policy, "only \"Never\" is supported when podFailurePolicy is specified")
        }
    }

    private static func checkSelection(_ spec: Field, _ errors: inout FieldErrors) {
        let selector = spec["selector"]
        if selector.isSet { SelectorRules.check(selector, &errors) } else { errors.required(selector) }
        if selector.isSet { TemplateRules.checkLabels(spec, &errors) }
    }

    /// Unless the writer chose the selector himself, it is the one the server made.
    private static func checkGeneratedSelector(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        guard !spec["manualSelector"].isTrue, spec["selector"].isSet else { return }
        let uid = object["metadata"]["uid"].string
        let label = "batch.kubernetes.io/controller-uid"
        let wanted = spec["selector"]["matchLabels"].entries
        let isGenerated = wanted.allSatisfy {
            ["batch.kubernetes.io/controller-uid", "controller-uid"].contains($0.name)
        }
        if !isGenerated || wanted.isEmpty || spec["selector"]["matchLabels"][label].string != uid {
            errors.invalid(spec["selector"], "`selector` not auto-generated")
        }
    }

    static func checkChange(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        let (spec, live) = (new["spec"], old["spec"])
        check(spec: spec, &errors)
        checkSelection(spec, &errors)
        checkCompletions(spec, live, &errors)
        errors.immutable(spec["selector"], live["selector"])
        if templateValue(spec["template"], live) != templateValue(live["template"], live) {
            errors.invalid(spec["template"], "field is immutable")
        }
        for name in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] {
            errors.immutable(spec[name], live[name])
        }
    }

    /// Indexed jobs may be scaled, completions and parallelism together.
    private static func checkCompletions(_ spec: Field, _ live: Field, _ errors: inout FieldErrors) {
        let completions = spec["completions"]
        guard completions.value != live["completions"].value else { return }
        if spec["completionMode"].string != "Indexed" {
            errors.invalid(completions, "field is immutable")
        } else if completions.value != spec["parallelism"].value {
            errors.invalid(completions, "may only be changed with parallelism, and be equal to it")
        }
    }

    /// While a job is suspended, where its pods will run may still change.
    private static func templateValue(_ template: Field, _ live: Field) -> JSON? {
        guard live["suspend"].isTrue, var spec = template["spec"].value,
            var metadata = template["metadata"].value ?? .some([:])
        else { return template.value }
        for name in ["nodeSelector", "affinity", "tolerations", "schedulingGates"] { spec[name] = nil }
        for name in ["annotations", "labels"] { metadata[name] = nil }
        return ["spec": spec, "metadata": metadata]
    }
}

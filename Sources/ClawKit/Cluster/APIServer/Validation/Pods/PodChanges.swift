import ClawDocuments
import ClawModels
import ClawSchemas

/// What may change of a pod once it is there: images, deadlines, added tolerations.
/// <https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement>
enum PodChanges {
    /// Ephemeral containers are added, and never changed or removed.
    static func check(ephemeral new: Field, _ old: Field, _ errors: inout FieldErrors) {
        let containers = new["spec"]["ephemeralContainers"]
        let taken = Set(
            (new["spec"]["containers"].items + new["spec"]["initContainers"].items).map { $0["name"].string })
        ContainerRules.checkEphemeral(
            containers, Set(new["spec"]["volumes"].items.map { $0["name"].string }), taken: taken, &errors)
        for container in old["spec"]["ephemeralContainers"].items {
            let name = container["name"].string
            let now = containers.items.first { $0["name"].string == name }
            if now?.value != container.value {
                errors.forbidden(
                    containers,
                    "existing ephemeral containers \"\(name)\" may not be \(now == nil ? "removed" : "changed")\n")
            }
        }
    }

    /// A resize changes what containers may use, and not the pod's class of service.
    /// <https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/>
    static func check(resize new: Field, _ old: Field, _ errors: inout FieldErrors) {
        for list in ["containers", "initContainers"] {
            for container in new["spec"][list].items { ResourceRules.check(container: container["resources"], &errors) }
        }
        func quality(_ pod: Field) -> String {
            PodDefaults.qualityOfService((pod["spec"].value?.object).map(PodSpec.init(document:)))
        }
        let before = quality(old)
        if quality(new) != before {
            errors.invalid(
                new["spec"], "Pod QOS Class may not change as a result of resizing", showing: .string(before))
        }
    }

    static func check(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        let (spec, live) = (new["spec"], old["spec"])
        for (name, text) in [("containers", "containers"), ("initContainers", "init containers")]
        where spec[name].items.count != live[name].items.count {
            errors.forbidden(spec[name], "pod updates may not add or remove \(text)")
            return
        }
        checkDeadline(spec["activeDeadlineSeconds"], live["activeDeadlineSeconds"], &errors)
        checkTolerations(spec["tolerations"], live["tolerations"], &errors)
        if settled(spec, live) != live.value {
            errors.forbidden(
                spec,
                "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                    + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                    + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")
        }
    }

    /// The new spec with all that may change set back.
    private static func settled(_ spec: Field, _ live: Field) -> JSON? {
        guard var result = spec.value?.object else { return spec.value }
        for name in ["containers", "initContainers"] {
            guard let list = result[name]?.array else { continue }
            let old = live[name].items
            result[name] = .array(
                list.enumerated().map { index, container in
                    var container = container
                    if index < old.count { container["image"] = old[index]["image"].value }
                    return container
                })
        }
        for name in ["activeDeadlineSeconds", "tolerations"] { result[name] = live[name].value }
        // Gates may be opened; the scheduler's hints may be narrowed meanwhile.
        if !live["schedulingGates"].isEmpty {
            for name in ["schedulingGates", "nodeSelector", "affinity"] { result[name] = live[name].value }
        }
        if let grace = live["terminationGracePeriodSeconds"].integer, grace < 0,
            spec["terminationGracePeriodSeconds"].integer == 1
        {
            result["terminationGracePeriodSeconds"] = .integer(grace)
        }
        return .object(result)
    }

    private static func checkDeadline(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        guard let before = old.integer else { return }
        guard let after = new.integer else {
            return errors.invalid(new, "must not update from a positive integer to nil value")
        }
        if after > before { errors.invalid(new, "must be less than or equal to previous value") }
    }

    private static func checkTolerations(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        func plain(_ toleration: Field) -> JSON? {
            var value = toleration.value
            value?["tolerationSeconds"] = nil
            return value
        }
        let kept = Set(new.items.compactMap(plain))
        if !old.items.compactMap(plain).allSatisfy(kept.contains) {
            errors.forbidden(new, "existing toleration can not be modified except its tolerationSeconds")
        }
    }
}

import ClawDocuments
import ClawSchemas

/// The rules of security contexts.
/// <https://kubernetes.io/docs/tasks/configure-pod-container/security-context/>
enum SecurityRules {
    static func check(pod context: Field, _ errors: inout FieldErrors) {
        guard !context.isEmpty else { return }
        checkUsers(context, &errors)
        errors.within(context["fsGroup"], identifiers)
        for group in context["supplementalGroups"].items { errors.within(group, identifiers) }
        errors.oneOf(context["fsGroupChangePolicy"], ["Always", "OnRootMismatch"])
        errors.oneOf(context["supplementalGroupsPolicy"], ["Merge", "Strict"])
        for setting in context["sysctls"].items { errors.present(setting["name"]) }
    }

    static func check(container context: Field, _ errors: inout FieldErrors) {
        guard !context.isEmpty else { return }
        checkUsers(context, &errors)
        errors.oneOf(context["procMount"], ["Default", "Unmasked"])
        guard context["allowPrivilegeEscalation"].value?.bool == false else { return }
        if context["privileged"].isTrue {
            errors.invalid(context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
        }
        if context["capabilities"]["add"].strings.contains(where: { $0 == "CAP_SYS_ADMIN" || $0 == "SYS_ADMIN" }) {
            errors.invalid(
                context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN")
        }
    }

    private static func checkUsers(_ context: Field, _ errors: inout FieldErrors) {
        errors.within(context["runAsUser"], identifiers)
        errors.within(context["runAsGroup"], identifiers)
        for (name, types) in [
            ("seccompProfile", ["Localhost", "RuntimeDefault", "Unconfined"]),
            ("appArmorProfile", ["Localhost", "RuntimeDefault", "Unconfined"]),
        ] where context[name].isSet {
            let (type, file) = (context[name]["type"], context[name]["localhostProfile"])
            errors.oneOf(type, types, isRequired: true)
            if type.string == "Localhost", file.isEmpty {
                errors.required(
                    file, "must be set when \(name == "seccompProfile" ? "seccomp type" : "AppArmor type") is Localhost"
                )
            } else if type.string != "Localhost", file.isSet {
                errors.invalid(
                    file,
                    "can only be set when \(name == "seccompProfile" ? "seccomp type" : "AppArmor type") is Localhost")
            }
        }
    }

    private static let identifiers: ClosedRange<Int64> = 0...Int64(Int32.max)
}

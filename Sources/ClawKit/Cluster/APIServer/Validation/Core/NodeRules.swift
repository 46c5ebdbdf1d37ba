import ClawDocuments
import ClawSchemas

/// The rules of nodes.
enum NodeRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if !spec["taints"].isEmpty {
            // Kubernetes reports them there.
            SchedulingRules.check(
                taints: spec["taints"].reported(at: .member(object["metadata"].path, "taints")), &errors)
        }
        for range in spec["podCIDRs"].items { errors.invalid(range, AddressRules.range(range.string)) }
    }

    static func checkChange(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        let (spec, live) = (new["spec"], old["spec"])
        if !live["podCIDRs"].isEmpty, spec["podCIDRs"].value != live["podCIDRs"].value {
            errors.forbidden(spec["podCIDRs"], "node updates may not change podCIDR except from \"\" to valid")
        }
        if !live["providerID"].isEmpty, spec["providerID"].value != live["providerID"].value {
            errors.forbidden(spec["providerID"], "node updates may not change providerID except from \"\" to valid")
        }
    }
}

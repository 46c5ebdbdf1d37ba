import ClawDocuments
import ClawSchemas

/// The rules of volumes that outlive pods, of claims to them and of their classes.
enum StorageRules {
    private static let modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    static func check(claim object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        SelectorRules.check(spec["selector"], &errors)
        checkModes(spec["accessModes"], &errors) { "at least 1 access mode is required" }
        let storage = spec["resources"]["requests"]["storage"]
        if let amount = storage.quantity {
            ResourceRules.check(
                amount: storage.reported(at: .key(spec["resources"]["requests"].path, "storage")), "storage", &errors)
            if amount.nanoUnits == 0 {
                errors.invalid(
                    storage.reported(at: .key(spec["resources"].path, "storage")), "must be greater than zero",
                    showing: .string(amount.canonicalText))
            }
        } else {
            errors.required(Field(.key(spec["resources"].path, "storage"), nil))
        }
        if !spec["storageClassName"].isEmpty {
            errors.invalid(spec["storageClassName"], NameRules.subdomain(spec["storageClassName"].string))
        }
        errors.oneOf(spec["volumeMode"], ["Block", "Filesystem"])
    }

    private static func checkModes(_ modes: Field, _ errors: inout FieldErrors, _ detail: () -> String) {
        if modes.isEmpty { errors.required(modes, detail()) }
        for mode in modes.items where !Self.modes.contains(mode.string) {
            errors.unsupported(mode.reported(at: modes.path), Self.modes)
        }
        if modes.strings.contains("ReadWriteOncePod"), modes.strings.count > 1 {
            errors.forbidden(modes, "may not use ReadWriteOncePod with other access modes")
        }
    }

    /// A claim may grow, and be bound.
    static func checkChange(claim new: Field, _ old: Field, _ errors: inout FieldErrors) {
        func fixed(_ spec: Field) -> JSON? {
            var value = spec.value
            value?["resources"]?["requests"] = nil
            value?["volumeAttributesClassName"] = nil
            if old["spec"]["volumeName"].isEmpty { value?["volumeName"] = nil }
            if old["spec"]["storageClassName"].value == nil { value?["storageClassName"] = nil }
            return value
        }
        if fixed(new["spec"]) != fixed(old["spec"]) {
            errors.forbidden(
                new["spec"],
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
            )
        }
        let (asked, before) = (
            new["spec"]["resources"]["requests"]["storage"], old["spec"]["resources"]["requests"]["storage"]
        )
        if let a = asked.quantity, let b = before.quantity, a < b {
            errors.forbidden(
                asked.reported(at: .member(new["spec"]["resources"].path, "requests.storage")),
                "field can not be less than status.capacity")
        }
    }

    static func check(volume object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        checkModes(spec["accessModes"], &errors) { "" }
        errors.present(spec["capacity"])
        for (name, amount) in spec["capacity"].entries { ResourceRules.check(amount: amount, name, &errors) }
        errors.oneOf(spec["persistentVolumeReclaimPolicy"], ["Delete", "Recycle", "Retain"])
        let sources = (spec.value?.object?.names ?? []).filter { !ofVolumes.contains($0) && spec[$0].isSet }.sorted()
        if sources.isEmpty { errors.required(spec, "must specify a volume type") }
        for other in sources.dropFirst() { errors.forbidden(spec[other], "may not specify more than 1 volume type") }
        if spec["nodeAffinity"]["required"].isSet {
            SchedulingRules.check(nodeSelector: spec["nodeAffinity"]["required"], &errors)
        }
        errors.oneOf(spec["volumeMode"], ["Block", "Filesystem"])
    }

    /// Members of a volume's spec that are no source.
    private static let ofVolumes: Set<String> = [
        "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy",
        "storageClassName", "volumeAttributesClassName", "volumeMode",
    ]

    static func check(storageClass object: Field, _ errors: inout FieldErrors) {
        let provisioner = object["provisioner"]
        if provisioner.isEmpty {
            errors.required(provisioner)
        } else {
            errors.invalid(provisioner, NameRules.qualifiedName(provisioner.string.lowercased()))
        }
        errors.oneOf(object["reclaimPolicy"], ["Delete", "Retain"])
        errors.oneOf(object["volumeBindingMode"], ["Immediate", "WaitForFirstConsumer"], isRequired: true)
    }

    static func checkChange(storageClass new: Field, _ old: Field, _ errors: inout FieldErrors) {
        for name in ["parameters", "provisioner", "reclaimPolicy"] where new[name].value != old[name].value {
            errors.forbidden(new[name], "updates to \(name) are forbidden.")
        }
        errors.immutable(new["volumeBindingMode"], old["volumeBindingMode"])
    }
}

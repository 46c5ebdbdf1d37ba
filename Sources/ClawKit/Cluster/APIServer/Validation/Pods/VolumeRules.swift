import ClawDocuments
import ClawSchemas

/// The rules of volumes and their mounts.
/// <https://kubernetes.io/docs/concepts/storage/volumes/>
enum VolumeRules {
    static func check(_ volumes: Field, _ errors: inout FieldErrors) {
        var names: Set<String> = []
        for volume in volumes.items {
            check(source: volume, &errors)
            let name = volume["name"]
            if name.isEmpty {
                errors.required(name)
            } else {
                errors.invalid(name, NameRules.label(name.string))
                if !names.insert(name.string).inserted { errors.duplicate(name) }
            }
        }
    }

    private static func check(source volume: Field, _ errors: inout FieldErrors) {
        guard case .object(let members)? = volume.value else { return }
        let kinds = members.names.filter { $0 != "name" && volume[$0].isSet }.sorted()
        guard let kind = kinds.first else { return errors.required(volume, "must specify a volume type") }
        for other in kinds.dropFirst() { errors.forbidden(volume[other], "may not specify more than 1 volume type") }
        check(volume[kind], kind, &errors)
    }

    private static func check(_ source: Field, _ kind: String, _ errors: inout FieldErrors) {
        switch kind {
        case "hostPath":
            errors.present(source["path"])
            withoutBacksteps(source["path"], &errors)
            errors.oneOf(
                source["type"],
                ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"])
        case "emptyDir":
            if let limit = source["sizeLimit"].quantity?.nanoUnits, limit < 0 {
                errors.forbidden(source["sizeLimit"], "SizeLimit field must be a valid resource quantity")
            }
        case "configMap":
            errors.present(source["name"])
            checkItems(source, &errors)
        case "secret":
            errors.present(source["secretName"])
            checkItems(source, &errors)
        case "persistentVolumeClaim": errors.present(source["claimName"])
        case "nfs":
            errors.present(source["server"])
            errors.present(source["path"])
            if !source["path"].isEmpty, !source["path"].string.hasPrefix("/") {
                errors.invalid(source["path"], "must be an absolute path")
            }
        case "downwardAPI":
            checkMode(source["defaultMode"], &errors)
            for item in source["items"].items { check(downward: item, &errors) }
        case "projected": check(projected: source, &errors)
        case "csi": errors.present(source["driver"])
        case "ephemeral": errors.present(source["volumeClaimTemplate"])
        default: break
        }
    }

    private static func check(projected source: Field, _ errors: inout FieldErrors) {
        checkMode(source["defaultMode"], &errors)
        for part in source["sources"].items {
            guard case .object(let members)? = part.value else { continue }
            let kinds = members.names.filter { part[$0].isSet }.sorted()
            for other in kinds.dropFirst() {
                errors.forbidden(part[other], "may not specify more than 1 volume type per source")
            }
            guard let kind = kinds.first else { continue }
            switch kind {
            case "configMap", "secret":
                errors.present(part[kind]["name"])
                checkItems(part[kind], &errors)
            case "downwardAPI": for item in part[kind]["items"].items { check(downward: item, &errors) }
            case "serviceAccountToken":
                errors.present(part[kind]["path"])
                if let seconds = part[kind]["expirationSeconds"].integer {
                    if seconds < 600 {
                        errors.invalid(
                            part[kind]["expirationSeconds"], "may not specify a duration less than 10 minutes")
                    } else if seconds > 1 << 32 {
                        errors.invalid(
                            part[kind]["expirationSeconds"], "may not specify a duration larger than 2^32 seconds")
                    }
                }
            default: break
            }
        }
    }

    private static func check(downward item: Field, _ errors: inout FieldErrors) {
        if item["path"].isEmpty { errors.required(item["path"]) } else { relative(item["path"], &errors) }
        if item["fieldRef"].isSet {
            EnvironmentRules.check(
                field: item["fieldRef"], supported: EnvironmentRules.volumeFields,
                subscripted: EnvironmentRules.subscripted,
                &errors)
            if item["resourceFieldRef"].isSet {
                errors.invalid(
                    item, "fieldRef and resourceFieldRef can not be specified simultaneously", showing: "resource")
            }
        } else if item["resourceFieldRef"].isSet {
            EnvironmentRules.check(resource: item["resourceFieldRef"], isContainerRequired: true, &errors)
        } else {
            errors.required(item, "one of fieldRef and resourceFieldRef is required")
        }
        checkMode(item["mode"], &errors)
    }

    private static func checkItems(_ source: Field, _ errors: inout FieldErrors) {
        checkMode(source["defaultMode"], &errors)
        for item in source["items"].items {
            errors.present(item["key"])
            if item["path"].isEmpty { errors.required(item["path"]) } else { relative(item["path"], &errors) }
            checkMode(item["mode"], &errors)
        }
    }

    private static func checkMode(_ mode: Field, _ errors: inout FieldErrors) {
        if let bits = mode.integer, !(0...0o777).contains(bits) {
            errors.invalid(mode, "must be a number between 0 and 0777 (octal), both inclusive")
        }
    }

    /// A path below the volume's own directory.
    static func relative(_ path: Field, _ errors: inout FieldErrors) {
        if path.string.hasPrefix("/") { errors.invalid(path, "must be a relative path") }
        withoutBacksteps(path, &errors)
    }

    private static func withoutBacksteps(_ path: Field, _ errors: inout FieldErrors) {
        if path.string.split(separator: "/").contains("..") { errors.invalid(path, "must not contain '..'") }
    }

    static func check(mounts: Field, _ volumes: Set<String>, _ errors: inout FieldErrors) {
        var paths: Set<String> = []
        for mount in mounts.items {
            let (name, path) = (mount["name"], mount["mountPath"])
            if name.isEmpty { errors.required(name) }
            if !volumes.contains(name.string) { errors.notFound(name) }
            if path.isEmpty { errors.required(path) }
            if !paths.insert(path.string).inserted { errors.invalid(path, "must be unique") }
            if !mount["subPath"].isEmpty { relative(mount["subPath"], &errors) }
            if !mount["subPathExpr"].isEmpty {
                if !mount["subPath"].isEmpty {
                    errors.invalid(mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive")
                }
                relative(mount["subPathExpr"], &errors)
            }
            errors.oneOf(mount["mountPropagation"], ["Bidirectional", "HostToContainer", "None"])
        }
    }
}

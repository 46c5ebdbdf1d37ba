import ClawDocuments
import ClawSchemas

/// The rules of a container's environment.
enum EnvironmentRules {
    static func check(_ container: Field, _ errors: inout FieldErrors) {
        for variable in container["env"].items {
            let name = variable["name"]
            if name.isEmpty {
                errors.required(name)
            } else {
                errors.invalid(name, NameRules.environmentVariable(name.string))
            }
            check(variable, source: variable["valueFrom"], &errors)
        }
        for source in container["envFrom"].items {
            let prefix = source["prefix"]
            if !prefix.isEmpty { errors.invalid(prefix, NameRules.environmentVariable(prefix.string)) }
            var count = 0
            for kind in ["configMapRef", "secretRef"] where source[kind].isSet {
                count += 1
                errors.present(source[kind]["name"])
            }
            if count == 0 {
                errors.invalid(source, "must specify one of: `configMapRef` or `secretRef`", showing: "")
            } else if count > 1 {
                errors.invalid(source, "may not have more than one field specified at a time", showing: "")
            }
        }
    }

    private static func check(_ variable: Field, source: Field, _ errors: inout FieldErrors) {
        guard source.isSet else { return }
        let kinds = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"].filter {
            source[$0].isSet
        }
        for kind in kinds {
            switch kind {
            case "fieldRef": check(field: source[kind], supported: fields, subscripted: subscripted, &errors)
            case "resourceFieldRef": check(resource: source[kind], isContainerRequired: false, &errors)
            case "fileKeyRef": break
            default:
                errors.present(source[kind]["name"])
                check(key: source[kind]["key"], &errors)
            }
        }
        if kinds.isEmpty {
            errors.invalid(
                source,
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
                showing: "")
        } else if !variable["value"].isEmpty {
            errors.invalid(source, "may not be specified when `value` is not empty", showing: "")
        } else if kinds.count > 1 {
            errors.invalid(source, "may not have more than one field specified at a time", showing: "")
        }
    }

    static func check(key: Field, _ errors: inout FieldErrors) {
        if key.isEmpty { errors.required(key) } else { errors.invalid(key, NameRules.configKey(key.string)) }
    }

    /// <https://kubernetes.io/docs/concepts/workloads/pods/downward-api/>
    static func check(field: Field, supported: [String], subscripted: Set<String>, _ errors: inout FieldErrors) {
        errors.present(field["apiVersion"])
        let path = field["fieldPath"]
        guard !path.isEmpty else { return errors.required(path) }
        let text = path.string
        if let open = text.firstIndex(of: "["), text.hasSuffix("']") {
            let base = String(text[..<open])
            if !subscripted.contains(base) {
                errors.invalid(path, "error converting fieldPath: field label not supported: \(base)")
            }
        } else if !known.contains(text) {
            errors.invalid(path, "error converting fieldPath: field label not supported: \(text)")
        } else if !supported.contains(text) {
            errors.unsupported(path, supported)
        }
    }

    static func check(resource: Field, isContainerRequired: Bool, _ errors: inout FieldErrors) {
        if isContainerRequired { errors.present(resource["containerName"]) }
        let name = resource["resource"]
        guard !name.isEmpty else { return errors.required(name) }
        let supported = ["limits", "requests"].flatMap { kind in
            ["cpu", "ephemeral-storage", "memory"].map { "\(kind).\($0)" }
        }
        if !supported.contains(name.string), !name.string.hasPrefix("limits.hugepages-"),
            !name.string.hasPrefix("requests.hugepages-")
        {
            errors.unsupported(name, supported)
        }
    }

    static let subscripted: Set<String> = ["metadata.annotations", "metadata.labels"]
    static let volumeFields = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
    ]
    private static let fields = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs", "status.podIP", "status.podIPs",
    ]
    private static let known = Set(
        fields + volumeFields + [
            "spec.restartPolicy", "spec.schedulerName", "spec.hostNetwork", "status.phase", "status.nominatedNodeName",
        ])
}

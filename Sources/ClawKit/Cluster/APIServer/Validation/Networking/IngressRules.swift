import ClawDocuments
import ClawSchemas

/// The rules of ingresses.
/// <https://kubernetes.io/docs/concepts/services-networking/ingress/>
enum IngressRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if spec["rules"].isEmpty, !spec["defaultBackend"].isSet {
            errors.invalid(
                spec, "either `defaultBackend` or `rules` must be specified", showing: spec["rules"].value ?? .null)
        }
        if spec["defaultBackend"].isSet { check(backend: spec["defaultBackend"], &errors) }
        for rule in spec["rules"].items {
            check(host: rule["host"], &errors)
            guard rule["http"].isSet else { continue }
            let paths = rule["http"]["paths"]
            if paths.isEmpty { errors.required(paths) }
            for path in paths.items { check(path: path, &errors) }
        }
        for entry in spec["tls"].items { for host in entry["hosts"].items { check(name: host, &errors) } }
        let name = spec["ingressClassName"]
        if name.isSet { errors.invalid(name, NameRules.subdomain(name.string)) }
    }

    private static func check(host: Field, _ errors: inout FieldErrors) {
        guard !host.isEmpty else { return }
        if AddressRules.isAddress(host.string) { errors.invalid(host, "must be a DNS name, not an IP address") }
        check(name: host, &errors)
    }

    private static func check(name: Field, _ errors: inout FieldErrors) {
        errors.invalid(
            name,
            name.string.contains("*") ? NameRules.wildcardSubdomain(name.string) : NameRules.subdomain(name.string))
    }

    private static func check(path: Field, _ errors: inout FieldErrors) {
        let (type, text) = (path["pathType"], path["path"].string)
        guard !type.isEmpty else { return errors.required(type, "pathType must be specified") }
        switch type.string {
        case "Exact", "Prefix":
            if !text.hasPrefix("/") { errors.invalid(path["path"], "must be an absolute path", showing: .string(text)) }
            for part in ["//", "/./", "/../", "%2f", "%2F"] where text.contains(part) {
                errors.invalid(path["path"], "must not contain '\(part)'")
            }
            for end in ["/..", "/."] where text.hasSuffix(end) {
                errors.invalid(path["path"], "cannot end with '\(end)'")
            }
        case "ImplementationSpecific":
            if !text.isEmpty, !text.hasPrefix("/") { errors.invalid(path["path"], "must be an absolute path") }
        default: errors.unsupported(type, ["Exact", "ImplementationSpecific", "Prefix"])
        }
        check(backend: path["backend"], &errors)
    }

    private static func check(backend: Field, _ errors: inout FieldErrors) {
        let (service, resource) = (backend["service"], backend["resource"])
        if service.isSet, resource.isSet {
            return errors.invalid(backend, "cannot set both resource and service backends", showing: "")
        }
        if resource.isSet { return }
        guard service.isSet else {
            return errors.invalid(backend, "resource or service backend is required", showing: "")
        }
        let (name, port) = (service["name"], service["port"])
        if name.isEmpty { errors.required(name) } else { errors.invalid(name, NameRules.letterLabel(name.string)) }
        let hasNumber = (port["number"].integer ?? 0) != 0
        if !port["name"].isEmpty, hasNumber {
            errors.invalid(backend, "cannot set both port name & port number", showing: "")
        } else if !port["name"].isEmpty {
            errors.invalid(port["name"], NameRules.portName(port["name"].string))
        } else if hasNumber {
            errors.port(port["number"])
        } else {
            errors.required(backend, "port name or number is required")
        }
    }
}

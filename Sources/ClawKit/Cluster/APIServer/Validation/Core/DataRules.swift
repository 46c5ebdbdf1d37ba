import ClawBase
import ClawDocuments
import ClawSchemas

/// The rules of config maps and secrets.
enum DataRules {
    private static let limit = 1 << 20

    static func check(configMap object: Field, _ errors: inout FieldErrors) {
        if case .object(let members)? = object.value, isPlain(members) { return }
        let (data, binary) = (object["data"], object["binaryData"])
        var size = 0
        for (name, value) in data.entries {
            for problem in NameRules.configKey(name) { errors.invalid(value, problem, showing: .string(name)) }
            if binary[name].isSet {
                errors.invalid(value, "duplicate of key present in binaryData", showing: .string(name))
            }
            size += value.string.utf8.count
        }
        for (name, value) in binary.entries {
            for problem in NameRules.configKey(name) { errors.invalid(value, problem, showing: .string(name)) }
            size += value.string.utf8.count / 4 * 3
        }
        if size > limit { errors.tooLong(Field(.root, nil), limit) }
    }

    /// Whether a config map of texts alone has nothing that a rule speaks of: so are most, and need no places.
    private static func isPlain(_ object: JSONObject) -> Bool {
        guard !object.has(.binaryData) else { return false }
        var (size, areGood) = (0, true)
        object[.data]?.object?.forEachMember { key, value in
            areGood = areGood && NameRules.isConfigKey(key.name)
            size += value.string?.utf8.count ?? 0
        }
        return areGood && size <= limit
    }

    static func checkChange(configMap new: Field, _ old: Field, _ errors: inout FieldErrors) {
        checkFrozen(new, old, ["data", "binaryData"], &errors)
    }

    /// <https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable>
    private static func checkFrozen(_ new: Field, _ old: Field, _ names: [String], _ errors: inout FieldErrors) {
        guard old["immutable"].isTrue else { return }
        let words = "field is immutable when `immutable` is set"
        if !new["immutable"].isTrue { errors.forbidden(new["immutable"], words) }
        for name in names where new[name].value != old[name].value { errors.forbidden(new[name], words) }
    }

    static func check(secret object: Field, _ errors: inout FieldErrors) {
        let data = object["data"]
        var size = 0
        for (name, value) in data.entries {
            for problem in NameRules.configKey(name) { errors.invalid(value, problem, showing: .string(name)) }
            size += value.string.utf8.count / 4 * 3
        }
        if size > limit { errors.tooLong(data, limit) }
        checkType(object, data, &errors)
    }

    /// <https://kubernetes.io/docs/concepts/configuration/secret/#secret-types>
    private static func checkType(_ object: Field, _ data: Field, _ errors: inout FieldErrors) {
        func key(_ name: String) -> Field { data[name].reported(at: .key(data.path, name)) }
        func requireKeys(_ names: String...) {
            for name in names where !data[name].isSet { errors.required(key(name)) }
        }
        switch object["type"].string {
        case "kubernetes.io/service-account-token":
            let name = "kubernetes.io/service-account.name"
            let annotations = object["metadata"]["annotations"]
            if annotations[name].isEmpty {
                errors.required(annotations[name].reported(at: .key(annotations.path, name)))
            }
        case "kubernetes.io/dockercfg": checkJSON(key(".dockercfg"), &errors)
        case "kubernetes.io/dockerconfigjson": checkJSON(key(".dockerconfigjson"), &errors)
        case "kubernetes.io/basic-auth":
            if !data["username"].isSet, !data["password"].isSet { requireKeys("username", "password") }
        case "kubernetes.io/ssh-auth":
            if data["ssh-privatekey"].isEmpty { errors.required(key("ssh-privatekey")) }
        case "kubernetes.io/tls": requireKeys("tls.crt", "tls.key")
        default: break
        }
    }

    private static func checkJSON(_ field: Field, _ errors: inout FieldErrors) {
        guard field.isSet else { return errors.required(field) }
        let bytes = Base64.decode(field.string) ?? []
        if let problem = GoJSON.problem(with: bytes) {
            errors.invalid(field, problem, showing: "<secret contents redacted>")
        }
    }

    static func checkChange(secret new: Field, _ old: Field, _ errors: inout FieldErrors) {
        errors.immutable(new["type"], old["type"])
        checkFrozen(new, old, ["data"], &errors)
    }
}

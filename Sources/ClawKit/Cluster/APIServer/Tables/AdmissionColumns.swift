import ClawDocuments
import ClawSchemas

/// The columns of webhooks and admission policies.
enum AdmissionColumns {
    static let byResource: [String: [Column]] = [
        "mutatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "validatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "validatingadmissionpolicies.admissionregistration.k8s.io": policy(
            .count(
                "Validations", "Validations indicates the number of validation rules defined in this configuration",
                ["spec", "validations"])),
        "mutatingadmissionpolicies.admissionregistration.k8s.io": policy(
            .count(
                "Mutations", "Mutation indicates the number of mutations rules defined in this configuration",
                ["spec", "mutations"])),
        "validatingadmissionpolicybindings.admissionregistration.k8s.io": bindings,
        "mutatingadmissionpolicybindings.admissionregistration.k8s.io": bindings,
    ]

    private static let webhooks: [Column] = [
        .name,
        .count("Webhooks", "Webhooks indicates the number of webhooks registered in this configuration", ["webhooks"]),
        .age,
    ]

    private static func policy(_ rules: Column) -> [Column] {
        [
            .name, rules,
            Column("ParamKind", "ParamKind specifies the kind of resources used to parameterize this policy") {
                object, _ in
                let kind = object["spec"]["paramKind"]
                return .string(kind.isSet ? "\(kind["apiVersion"].string)/\(kind["kind"].string)" : "<unset>")
            },
            .age,
        ]
    }

    private static let bindings: [Column] = [
        .name,
        .text(
            "PolicyName", "PolicyName indicates the policy definition which the policy binding binded to",
            ["spec", "policyName"]),
        Column("ParamRef", "ParamRef indicates the param resource which sets the configration param") { object, _ in
            let reference = object["spec"]["paramRef"]
            let (namespace, name) = (reference["namespace"].string, reference["name"].string)
            if !name.isEmpty { return .string("\(namespace.isEmpty ? "*" : namespace)/\(name)") }
            return .string(reference["selector"].isSet ? SelectorRules.text(reference["selector"]) : "<unset>")
        },
        .age,
    ]
}

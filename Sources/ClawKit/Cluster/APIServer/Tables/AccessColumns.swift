import ClawDocuments
import ClawSchemas

/// The columns of bindings and of requests for certificates.
enum AccessColumns {
    static let byResource: [String: [Column]] = [
        "rolebindings.rbac.authorization.k8s.io": bindings("RoleBinding", "roleBinding"),
        "clusterrolebindings.rbac.authorization.k8s.io": bindings("ClusterRoleBinding", "clusterRoleBinding"),
        "certificatesigningrequests.certificates.k8s.io": requests,
    ]

    private static func bindings(_ kind: String, _ word: String) -> [Column] {
        func subjects(_ name: String, _ kind: String) -> Column {
            Column(name, .text("\(name) in the \(word)"), priority: 1) { object, _ in
                let subjects = object["subjects"].items.filter { $0["kind"].string == kind }
                let names = subjects.map { subject in
                    kind == "ServiceAccount"
                        ? "\(subject["namespace"].string)/\(subject["name"].string)" : subject["name"].string
                }
                return .string(names.joined(separator: ", "))
            }
        }
        return [
            .name,
            Column("Role", .field("rbac/v1beta1 \(kind).roleRef")) { object, _ in
                .string("\(object["roleRef"]["kind"].string)/\(object["roleRef"]["name"].string)")
            },
            .age, subjects("Users", "User"), subjects("Groups", "Group"), subjects("ServiceAccounts", "ServiceAccount"),
        ]
    }

    private static let requests: [Column] = [
        .name, .age,
        .text(
            "SignerName", .field("certificates/v1beta1 CertificateSigningRequestSpec.signerName"),
            ["spec", "signerName"],
            none: "<none>"),
        .text("Requestor", .field("certificates/v1beta1 CertificateSigningRequestSpec.request"), ["spec", "username"]),
        Column("RequestedDuration", .field("certificates/v1beta1 CertificateSigningRequestSpec.expirationSeconds")) {
            object, _ in
            .string(object["spec"]["expirationSeconds"].integer.map { Age.text(.seconds($0)) } ?? "<none>")
        },
        Column("Condition", .field("certificates/v1beta1 CertificateSigningRequestStatus.conditions")) { object, _ in
            .string(condition(of: object))
        },
    ]

    private static func condition(of request: Field) -> String {
        var words = [
            request.condition("Denied") != nil
                ? "Denied" : request.condition("Approved") != nil ? "Approved" : "Pending"
        ]
        if request.condition("Failed") != nil { words.append("Failed") }
        if !request["status"]["certificate"].isEmpty { words.append("Issued") }
        return words.joined(separator: ",")
    }
}

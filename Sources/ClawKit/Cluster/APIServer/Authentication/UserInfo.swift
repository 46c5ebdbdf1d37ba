import ClawDocuments

/// Who sends a request, in the API server's terms.
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#users-in-kubernetes>
struct UserInfo: Sendable, Hashable {
    var name: String
    var uid = ""
    var groups: [String]
    var extra: [String: [String]] = [:]

    /// Members may do everything, whatever the roles say.
    static let superusers = "system:masters"
    static let authenticated = "system:authenticated"
    static let unauthenticated = "system:unauthenticated"

    static let administrator = UserInfo(name: "admin", uid: "admin", groups: [superusers, authenticated])
    /// Who shows no credentials.
    static let anonymous = UserInfo(name: "system:anonymous", groups: [unauthenticated])

    var isSuperuser: Bool { groups.contains(Self.superusers) }

    /// As `authentication.k8s.io/v1` `UserInfo`.
    var document: JSONObject {
        var document: JSONObject = ["username": .string(name)]
        if !uid.isEmpty { document["uid"] = .string(uid) }
        if !groups.isEmpty { document["groups"] = .array(groups.map(JSON.string)) }
        if !extra.isEmpty { document["extra"] = extraDocument }
        return document
    }

    var extraDocument: JSON {
        .object(JSONObject(extra.sorted { $0.key < $1.key }.map { ($0.key, JSON.array($0.value.map(JSON.string))) }))
    }
}

/// How service accounts appear among users.
struct ServiceAccountName: Sendable, Hashable {
    let namespace: String
    let name: String

    var userName: String { "system:serviceaccount:\(namespace):\(name)" }
    var groups: [String] { ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"] }

    init(namespace: String, name: String) { (self.namespace, self.name) = (namespace, name) }

    /// Nil where the user is no service account.
    init?(userName: String) {
        let parts = userName.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount", !parts[2].isEmpty, !parts[3].isEmpty
        else { return nil }
        self.init(namespace: String(parts[2]), name: String(parts[3]))
    }
}

public import ClawBase
import ClawModels

/// Whom a bearer token was issued to, as the API server says.
/// <https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/>
public struct ReviewedToken: Sendable, Hashable {
    /// An object that a token ends with.
    public struct Object: Sendable, Hashable {
        public let name: String
        public let uid: String
    }

    /// `system:serviceaccount:NAMESPACE:NAME` for a service account.
    public let userName: String
    public let uid: String
    public let groups: [String]
    public let extra: [String: [String]]
    /// Those that were asked for and that the token is for; never empty.
    public let audiences: [String]
    /// When it ends, where it says so itself.
    public let expires: Timestamp?

    init(_ user: UserInfo, audiences: [String], expires: Timestamp?) {
        (userName, uid, groups) = (user.username ?? "", user.uid ?? "", user.groups)
        (extra, self.audiences, self.expires) = (user.extra, audiences, expires)
    }

    /// The service account; nil where the user is none.
    public var serviceAccount: (namespace: String, name: String)? {
        let parts = userName.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount", !parts[2].isEmpty, !parts[3].isEmpty
        else { return nil }
        return (String(parts[2]), String(parts[3]))
    }

    /// The pod that the token is bound to; nil where it is bound to none.
    public var pod: Object? { object("pod") }
    /// The node of that pod, or the one that the token is bound to; servers before 1.32 do not say it.
    public var node: Object? { object("node") }

    private func object(_ kind: String) -> Object? {
        guard let name = extra["authentication.kubernetes.io/\(kind)-name"]?.first,
            let uid = extra["authentication.kubernetes.io/\(kind)-uid"]?.first
        else { return nil }
        return Object(name: name, uid: uid)
    }
}

/// What came of asking whose a token is.
public enum TokenVerdict: Sendable, Hashable {
    case accepted(ReviewedToken)
    /// Not good, ended, or for others; with the server's reason.
    case refused(reason: String)
}

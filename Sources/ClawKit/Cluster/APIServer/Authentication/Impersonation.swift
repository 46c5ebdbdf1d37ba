import ClawBase
import HTTPTypes

/// The user that a request's `Impersonate-…` headers ask for, and whether the sender may act in that name.
///
/// Either the narrow permissions of constrained impersonation (KEP-5284) allow it, or `impersonate` on each part.
/// <https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/>
struct Impersonation: Sendable {
    private var wanted: UserInfo

    /// Nil where the headers ask for nothing.
    /// - Throws: 400 for groups, a uid or extras without a user.
    init?(_ headers: HTTPFields) throws {
        let prefix = "impersonate-"
        guard headers.contains(where: { $0.name.canonicalName.utf8.starts(with: prefix.utf8) }) else { return nil }
        wanted = UserInfo(name: "", groups: [])
        for field in headers where field.name.canonicalName.hasPrefix(prefix) {
            switch field.name.canonicalName.dropFirst(prefix.count) {
            case "user": wanted.name = field.value
            case "uid": wanted.uid = field.value
            case "group": wanted.groups.append(field.value)
            case let name where name.hasPrefix("extra-"):
                wanted.extra[Percent.decode(name.dropFirst("extra-".count)), default: []].append(field.value)
            default: break
            }
        }
        guard wanted.name.isEmpty else { return }
        guard wanted.uid.isEmpty, wanted.groups.isEmpty, wanted.extra.isEmpty else {
            throw APIStatus.badRequest("requested \(wanted.goText) without impersonating a user name")
        }
        return nil
    }

    /// - Parameter attributes: the request, as its sender's.
    /// - Throws: 403 with what is missing first.
    func user(for attributes: RequestAttributes, _ authorizer: RoleAuthorizer) throws -> UserInfo {
        var refusal: APIStatus?
        for mode in Mode.allCases where mode.suits(wanted, attributes.user) {
            do throws(APIStatus) {
                return try user(in: mode, attributes, authorizer)
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal ?? APIStatus.internalError("no mode of impersonation applies")
    }

    private func user(
        in mode: Mode, _ attributes: RequestAttributes, _ authorizer: RoleAuthorizer
    ) throws(APIStatus) -> UserInfo {
        if mode != .legacy {
            var constrained = attributes
            constrained.verb = "impersonate-on:\(mode.rawValue):\(attributes.verb)"
            try authorizer.require(constrained)
        }
        for part in try parts(in: mode, by: attributes.user) { try authorizer.require(part) }
        return impersonated(in: mode)
    }

    /// Each part of the wanted user is a resource of its own.
    private func parts(in mode: Mode, by sender: UserInfo) throws(APIStatus) -> [RequestAttributes] {
        let authentication = "authentication.k8s.io"
        let group = mode == .legacy ? "" : authentication
        func attributes(
            _ resource: String, _ name: String, group: String, subresource: String = "", in namespace: String = ""
        ) -> RequestAttributes {
            RequestAttributes(
                user: sender, verb: mode == .legacy ? "impersonate" : "impersonate:\(mode.rawValue)",
                namespace: namespace,
                target: .resource(group: group, resource: resource, subresource: subresource, name: name))
        }
        var parts: [RequestAttributes] = []
        if let account = ServiceAccountName(userName: wanted.name) {
            parts.append(attributes("serviceaccounts", account.name, group: group, in: account.namespace))
        } else if mode != .legacy, let node = wanted.nodeName {
            parts.append(attributes("nodes", mode == .associatedNode ? "*" : node, group: group))
        } else {
            parts.append(attributes("users", wanted.name, group: group))
        }
        if !wanted.uid.isEmpty { parts.append(attributes("uids", wanted.uid, group: authentication)) }
        for name in wanted.groups {
            if mode != .legacy, name == UserInfo.superusers || name.isEmpty {
                let what = name.isEmpty ? "empty string" : name
                throw attributes("groups", name, group: group)
                    .forbidden("impersonating the \(what) group is not allowed")
            }
            parts.append(attributes("groups", name, group: group))
        }
        for (key, values) in wanted.extra.sorted(by: { $0.key < $1.key }) {
            parts += values.map { attributes("userextras", $0, group: authentication, subresource: key) }
        }
        return parts
    }

    /// The wanted user with the groups that come with him.
    private func impersonated(in mode: Mode) -> UserInfo {
        var user = wanted
        if user.groups.isEmpty {
            if let account = ServiceAccountName(userName: user.name) {
                user.groups = account.groups
            } else if mode != .legacy, user.nodeName != nil {
                user.groups = ["system:nodes"]
            }
        }
        let isAnonymous = user.name == UserInfo.anonymous.name
        let everybody = isAnonymous ? UserInfo.unauthenticated : UserInfo.authenticated
        if !user.groups.contains(everybody), isAnonymous || !user.groups.contains(UserInfo.unauthenticated) {
            user.groups.append(everybody)
        }
        return user
    }

    private enum Mode: String, CaseIterable {
        case associatedNode = "associated-node"
        case arbitraryNode = "arbitrary-node"
        case serviceAccount = "serviceaccount"
        case userInfo = "user-info"
        case legacy = ""

        func suits(_ wanted: UserInfo, _ sender: UserInfo) -> Bool {
            let isNameOnly = wanted.uid.isEmpty && wanted.groups.isEmpty && wanted.extra.isEmpty
            let isAccount = ServiceAccountName(userName: wanted.name) != nil
            switch self {
            case .associatedNode:
                guard let node = wanted.nodeName, ServiceAccountName(userName: sender.name) != nil else { return false }
                return isNameOnly && sender.extra["authentication.kubernetes.io/node-name"] == [node]
            case .arbitraryNode: return isNameOnly && wanted.nodeName != nil
            case .serviceAccount: return isNameOnly && isAccount
            case .userInfo: return wanted.nodeName == nil && !isAccount
            case .legacy: return true
            }
        }
    }
}

extension RoleAuthorizer {
    fileprivate func require(_ attributes: RequestAttributes) throws(APIStatus) {
        let decision = decide(attributes)
        if !decision.isAllowed { throw attributes.forbidden(decision.reason) }
    }
}

extension UserInfo {
    /// Of `system:node:NAME`.
    fileprivate var nodeName: String? {
        let prefix = "system:node:"
        guard name.hasPrefix(prefix), name.count > prefix.count else { return nil }
        return String(name.dropFirst(prefix.count))
    }

    /// As a Go server shows the value.
    fileprivate var goText: String {
        func list(_ values: [String]) -> String {
            "[]string{" + values.map { "\"\($0)\"" }.joined(separator: ", ") + "}"
        }
        let groups = groups.isEmpty ? "[]string(nil)" : list(groups)
        let members = extra.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(list($0.value))" }.joined(separator: ", ")
        let extra = extra.isEmpty ? "map[string][]string(nil)" : "map[string][]string{\(members)}"
        return "&user.DefaultInfo{Name:\"\(name)\", UID:\"\(uid)\", Groups:\(groups), Extra:\(extra)}"
    }
}

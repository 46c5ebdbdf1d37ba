import ClawBase
import ClawKubernetes
import HTTPTypes

/// What is to be decided: who does what, where.
/// <https://kubernetes.io/docs/reference/access-authn-authz/authorization/#request-attributes-used-in-authorization>
struct RequestAttributes: Sendable, Hashable {
    enum Target: Sendable, Hashable {
        case resource(group: String, resource: String, subresource: String, name: String)
        /// `/healthz`, `/apis`, …
        case path(String)
    }

    var user: UserInfo
    var verb: String
    /// Empty: at the cluster scope.
    var namespace = ""
    var target: Target

    init(user: UserInfo, verb: String, namespace: String = "", target: Target) {
        (self.user, self.verb, self.namespace, self.target) = (user, verb, namespace, target)
    }

    init(_ request: Request, _ target: RequestTarget, user: UserInfo) {
        switch target {
        case .nonResource:
            self.init(user: user, verb: request.method.rawValue.lowercased(), target: .path(String(request.path)))
        case .resource(let target):
            var name = target.name ?? ""
            var verb = Self.verbs[request.method] ?? request.method.rawValue.lowercased()
            if target.name == nil {
                switch verb {
                case "get":
                    verb = request.query.flag("watch") ? "watch" : "list"
                    name = Self.selectedName(request) ?? ""
                case "delete":
                    verb = "deletecollection"
                    name = Self.selectedName(request) ?? ""
                default: break
                }
            }
            if target.isWatch, request.method == .get { verb = "watch" }
            // A namespace lies within itself.
            let namespace = target.namespace ?? (target.group.isEmpty && target.plural == "namespaces" ? name : "")
            self.init(
                user: user, verb: verb, namespace: namespace,
                target: .resource(
                    group: target.group, resource: target.plural, subresource: target.subresource ?? "", name: name))
        }
    }

    private static let verbs: [HTTPRequest.Method: String] = [
        .get: "get", .head: "get", .post: "create", .put: "update", .patch: "patch", .delete: "delete",
    ]

    /// A list narrowed to one name by its field selector counts as one of that name.
    private static func selectedName(_ request: Request) -> String? {
        guard let text = request.query["fieldSelector"], text.contains("metadata.name") else { return nil }
        for part in text.split(separator: ",") {
            for prefix in ["metadata.name==", "metadata.name="] where part.hasPrefix(prefix) {
                return String(part.dropFirst(prefix.count))
            }
        }
        return nil
    }

    /// The refusal, as Kubernetes words it.
    /// - Parameter reason: what the authorizer has to say about it.
    func forbidden(_ reason: String) -> APIStatus {
        let suffix = reason.isEmpty ? "" : ": \(reason)"
        switch target {
        case .path(let path):
            return APIStatus(
                code: 403, reason: "Forbidden",
                message: "forbidden: User \"\(user.name)\" cannot \(verb) path \"\(path)\"\(suffix)", details: [:])
        case .resource(let group, let resource, let subresource, let name):
            let combined = subresource.isEmpty ? resource : "\(resource)/\(subresource)"
            let place = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
            return .forbidden(
                APIStatus.Subject(group: group, plural: resource), name,
                "User \"\(user.name)\" cannot \(verb) resource \"\(combined)\" in API group \"\(group)\" \(place)\(suffix)"
            )
        }
    }
}

import ClawDocuments
import ClawExpressions
import HTTPTypes

/// A write as the expressions of policies see it.
struct PolicyInput: Sendable {
    let object: JSONObject?
    let request: AdmissionRequest

    /// The values of every variable but `variables` and `params`.
    func bindings() -> Bindings {
        var bindings = Bindings([
            "object": object.map { Value(.object($0)) } ?? .null,
            "oldObject": request.old.map { Value(.object($0)) } ?? .null,
            "request": Value(.object(description), as: PolicyEnvironment.requestType), "namespaceObject": namespace,
        ])
        let authorizer = RequestAuthorizer(authorizer: RoleAuthorizer(request.store), user: request.call.user)
        bindings["authorizer"] = .opaque(AuthorizerValue(authorizer))
        bindings["authorizer.requestResource"] = .opaque(
            AuthorizerValue(
                authorizer, group: request.type.group, resource: request.type.plural,
                subresource: request.subresource ?? "",
                namespace: request.call.namespace ?? "", name: name))
        return bindings
    }

    var name: String {
        request.operation == .connect ? request.call.name : object?.objectName ?? request.old?.objectName ?? request.call.name
    }

    private var namespace: Value {
        guard request.type.kind != "Namespace", let namespace = request.namespaceObject else { return .null }
        return Value(.object(namespace), as: PolicyEnvironment.namespaceType)
    }

    /// As `AdmissionRequest` of admission.k8s.io/v1, without the objects.
    var description: JSONObject {
        let type = request.type
        let kind: JSON = ["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)]
        let resource: JSON = [
            "group": .string(type.group), "version": .string(type.version), "resource": .string(type.plural),
        ]
        var description: JSONObject = [
            "kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource, "name": .string(name),
            "operation": .string(request.operation.rawValue), "userInfo": .object(request.call.user.document),
            "dryRun": .bool(request.call.isDryRun), "options": options,
        ]
        if let subresource = request.subresource {
            description["subResource"] = .string(subresource)
            description["requestSubResource"] = .string(subresource)
        }
        if let namespace = request.call.namespace { description["namespace"] = .string(namespace) }
        return description
    }

    private var options: JSON {
        let kind: String
        switch request.operation {
        case .create: kind = "CreateOptions"
        case .update: kind = request.call.request.method == .patch ? "PatchOptions" : "UpdateOptions"
        case .delete: kind = "DeleteOptions"
        // What it is opened with is the object.
        case .connect: return .null
        }
        var options: JSONObject = ["kind": .string(kind), "apiVersion": "meta.k8s.io/v1"]
        if request.call.isDryRun { options["dryRun"] = ["All"] }
        if request.operation != .delete {
            for name in ["fieldManager", "fieldValidation"] {
                if let value = request.call.query[name] { options[name] = .string(value) }
            }
        }
        return .object(options)
    }
}

/// Asks the cluster's own authorizer, for the request's user or a service account.
private struct RequestAuthorizer: ExpressionAuthorizer {
    let authorizer: RoleAuthorizer
    let user: UserInfo

    func decide(_ question: AuthorizationQuestion) -> AuthorizationDecision {
        var user = user
        if let name = question.serviceAccount, let account = ServiceAccountName(userName: name) {
            user = UserInfo(name: name, groups: account.groups + [UserInfo.authenticated])
        }
        let attributes: RequestAttributes
        switch question.target {
        case .path(let path): attributes = RequestAttributes(user: user, verb: question.verb, target: .path(path))
        case .resource(let group, let resource, let subresource, let namespace, let name, _, _):
            attributes = RequestAttributes(
                user: user, verb: question.verb, namespace: namespace,
                target: .resource(group: group, resource: resource, subresource: subresource, name: name))
        }
        let decision = authorizer.decide(attributes)
        return AuthorizationDecision(isAllowed: decision.isAllowed, reason: decision.reason)
    }
}

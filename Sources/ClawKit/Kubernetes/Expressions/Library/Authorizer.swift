/// Answers what an expression's `authorizer` asks.
public protocol ExpressionAuthorizer: Sendable {
    func decide(_ question: AuthorizationQuestion) -> AuthorizationDecision
}

/// What is asked of an authorizer: whether somebody may do something.
public struct AuthorizationQuestion: Sendable, Hashable {
    public enum Target: Sendable, Hashable {
        case path(String)
        case resource(
            group: String, resource: String, subresource: String, namespace: String, name: String,
            fieldSelector: String, labelSelector: String)
    }

    public var target: Target
    public var verb: String
    /// Instead of the request's own user, where the expression named one.
    public var serviceAccount: String?
}

public struct AuthorizationDecision: Sendable, Hashable {
    public var isAllowed: Bool
    public var reason: String
    /// Why no decision could be made; empty where one was.
    public var error: String

    public init(isAllowed: Bool, reason: String = "", error: String = "") {
        (self.isAllowed, self.reason, self.error) = (isAllowed, reason, error)
    }
}

/// The value of the variable `authorizer`, and what its functions build on the way to a check.
public struct AuthorizerValue: OpaqueValue {
    public static let expressionType = ExpressionType.opaque("kubernetes.authorization.Authorizer", [])
    private let authorizer: any ExpressionAuthorizer
    fileprivate var kind = "Authorizer"
    fileprivate var parts: [String: String] = [:]

    public init(_ authorizer: any ExpressionAuthorizer) { self.authorizer = authorizer }

    /// A check of a certain resource, as admission policies find it in `authorizer.requestResource`.
    public init(
        _ authorizer: any ExpressionAuthorizer, group: String, resource: String, subresource: String, namespace: String,
        name: String
    ) {
        self.authorizer = authorizer
        kind = "ResourceCheck"
        parts = [
            "group": group, "resource": resource, "subresource": subresource, "namespace": namespace, "name": name,
        ]
    }

    public static let resourceCheckType = ExpressionType.opaque("kubernetes.authorization.ResourceCheck", [])

    public var type: ExpressionType { .opaque("kubernetes.authorization.\(kind)", []) }

    public func isEqual(to other: any OpaqueValue) -> Bool {
        (other as? AuthorizerValue).map { $0.kind == kind && $0.parts == parts } ?? false
    }

    fileprivate func setting(_ name: String, _ value: String, kind: String? = nil) -> Value {
        var changed = self
        changed.parts[name] = value
        if let kind { changed.kind = kind }
        return .opaque(changed)
    }

    fileprivate func check(_ verb: String) -> Value {
        let target: AuthorizationQuestion.Target =
            kind == "PathCheck"
            ? .path(parts["path"] ?? "")
            : .resource(
                group: parts["group"] ?? "", resource: parts["resource"] ?? "", subresource: parts["subresource"] ?? "",
                namespace: parts["namespace"] ?? "", name: parts["name"] ?? "",
                fieldSelector: parts["fieldSelector"] ?? "", labelSelector: parts["labelSelector"] ?? "")
        let question = AuthorizationQuestion(target: target, verb: verb, serviceAccount: parts["serviceAccount"])
        return .opaque(DecisionValue(decision: authorizer.decide(question)))
    }
}

struct DecisionValue: OpaqueValue {
    let decision: AuthorizationDecision
    var type: ExpressionType { .opaque("kubernetes.authorization.Decision", []) }
    func isEqual(to other: any OpaqueValue) -> Bool { (other as? DecisionValue)?.decision == decision }
}

extension FunctionTable {
    /// Asking whether somebody may do something.
    mutating func addAuthorizer() {
        let prefix = "kubernetes.authorization."
        declare(
            """
            authorizer_path = \(prefix)Authorizer'path(string) -> \(prefix)PathCheck
            authorizer_group = \(prefix)Authorizer'group(string) -> \(prefix)GroupCheck
            authorizer_serviceaccount = \(prefix)Authorizer'serviceAccount(string, string) -> \(prefix)Authorizer
            groupcheck_resource = \(prefix)GroupCheck'resource(string) -> \(prefix)ResourceCheck
            resourcecheck_subresource = \(prefix)ResourceCheck'subresource(string) -> \(prefix)ResourceCheck
            resourcecheck_namespace = \(prefix)ResourceCheck'namespace(string) -> \(prefix)ResourceCheck
            resourcecheck_name = \(prefix)ResourceCheck'name(string) -> \(prefix)ResourceCheck
            authorizer_fieldselector = \(prefix)ResourceCheck'fieldSelector(string) -> \(prefix)ResourceCheck
            authorizer_labelselector = \(prefix)ResourceCheck'labelSelector(string) -> \(prefix)ResourceCheck
            pathcheck_check = \(prefix)PathCheck'check(string) -> \(prefix)Decision
            resourcecheck_check = \(prefix)ResourceCheck'check(string) -> \(prefix)Decision
            decision_errored = \(prefix)Decision'errored() -> bool
            decision_error = \(prefix)Decision'error() -> string
            decision_allowed = \(prefix)Decision'allowed() -> bool
            decision_reason = \(prefix)Decision'reason() -> string
            """)
        add("serviceAccount") { a throws(EvaluationError) in
            guard let value = a.opaque(0, as: AuthorizerValue.self), let namespace = a.string(1), let name = a.string(2)
            else { return nil }
            guard NameFormats.subdomain(name, isPrefix: false).isEmpty else {
                throw EvaluationError("Invalid service account name")
            }
            guard NameFormats.label(namespace, isPrefix: false).isEmpty else {
                throw EvaluationError("Invalid service account namespace")
            }
            return value.setting("serviceAccount", "system:serviceaccount:\(namespace):\(name)")
        }
        let setters = [
            ("path", "PathCheck"), ("group", "GroupCheck"), ("resource", "ResourceCheck"), ("subresource", nil),
            ("namespace", nil), ("name", nil), ("fieldSelector", nil), ("labelSelector", nil),
        ]
        for (name, kind) in setters {
            add(name) { a throws(EvaluationError) in
                guard let value = a.opaque(0, as: AuthorizerValue.self), let text = a.string(1) else { return nil }
                if text.isEmpty, name == "path" || name == "resource" {
                    throw EvaluationError("\(name) must not be empty")
                }
                return value.setting(name, text, kind: kind)
            }
        }
        add("check") { a throws(EvaluationError) in
            guard let value = a.opaque(0, as: AuthorizerValue.self), let verb = a.string(1) else { return nil }
            return value.check(verb)
        }
        add("errored") { a throws(EvaluationError) in
            a.opaque(0, as: DecisionValue.self).map { .bool(!$0.decision.error.isEmpty) }
        }
        add("error") { a throws(EvaluationError) in
            a.opaque(0, as: DecisionValue.self).map { .string($0.decision.error) }
        }
        add("allowed") { a throws(EvaluationError) in
            a.opaque(0, as: DecisionValue.self).map { .bool($0.decision.isAllowed) }
        }
        add("reason") { a throws(EvaluationError) in
            a.opaque(0, as: DecisionValue.self).map { .string($0.decision.reason) }
        }
    }
}

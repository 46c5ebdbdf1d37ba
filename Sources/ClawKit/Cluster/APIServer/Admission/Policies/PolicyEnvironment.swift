import ClawDocuments
import ClawExpressions

/// What the expressions of admission policies may refer to.
/// <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression>
enum PolicyEnvironment {
    /// - Parameter variables: the types of the variables declared so far.
    /// - Parameter object: the type of `object` and `oldObject`, for checking them against a kind.
    static func make(
        hasParameters: Bool, hasAuthorizer: Bool, variables: [String: ExpressionType]?, object: ExpressionType = .dyn,
        types: (any ObjectTypes)? = nil
    ) -> Environment {
        var environment = base.declaring("object", object).declaring("oldObject", object)
        if hasParameters { environment = environment.declaring("params", .dyn) }
        if hasAuthorizer {
            environment = environment.declaring("authorizer", AuthorizerValue.expressionType)
                .declaring("authorizer.requestResource", AuthorizerValue.resourceCheckType)
        }
        if let variables { environment = environment.declaring("variables", members: variables) }
        if let types { environment = environment.declaring(objects: types) }
        return environment
    }

    private static let base: Environment = {
        var environment = Environment.kubernetes
        if let request = requestType { environment = environment.declaring("request", as: request) }
        if let namespace = namespaceType { environment = environment.declaring("namespaceObject", as: namespace) }
        return environment
    }()

    private static let text: JSON = ["type": "string"]
    private static let anything: JSON = ["x-kubernetes-int-or-string": true]

    private static func object(_ members: JSONObject) -> JSON { ["type": "object", "properties": .object(members)] }
    private static func texts(_ names: String...) -> JSON { object(JSONObject(names.map { ($0, text) })) }
    private static let textList: JSON = ["type": "array", "items": ["type": "string"]]
    private static let textMap: JSON = ["type": "object", "additionalProperties": ["type": "string"]]
    private static let time: JSON = ["type": "string", "format": "date-time"]

    /// `admission.k8s.io/v1` AdmissionRequest, without the objects.
    static let requestType = DeclaredType.schema(
        object([
            "kind": texts("group", "version", "kind"), "resource": texts("group", "version", "resource"),
            "subResource": text,
            "requestKind": texts("group", "version", "kind"), "requestResource": texts("group", "version", "resource"),
            "requestSubResource": text, "name": text, "namespace": text, "operation": text,
            "dryRun": ["type": "boolean"],
            "options": anything,
            "userInfo": object([
                "username": text, "uid": text, "groups": textList,
                "extra": ["type": "object", "additionalProperties": textList],
            ]),
        ]), isResource: false, name: "kubernetes.AdmissionRequest")

    static let namespaceType = DeclaredType.schema(
        object([
            "metadata": object([
                "name": text, "generateName": text, "namespace": text, "labels": textMap, "annotations": textMap,
                "UID": text,
                "creationTimestamp": time, "deletionGracePeriodSeconds": ["type": "integer"], "deletionTimestamp": time,
                "generation": ["type": "integer"], "resourceVersion": text, "finalizers": textList,
            ]),
            "spec": object(["finalizers": textList]),
            "status": object([
                "phase": text,
                "conditions": [
                    "type": "array",
                    "items": object([
                        "status": text, "type": text, "lastTransitionTime": time, "message": text, "reason": text,
                    ]),
                ],
            ]),
        ]), isResource: false, name: "kubernetes.Namespace")
}

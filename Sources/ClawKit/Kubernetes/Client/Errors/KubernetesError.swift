/// A refusal by the API server: its `Status` document, typed.
///
/// Reasons and codes: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>
public struct KubernetesError: Error, Sendable, Hashable {
    /// The HTTP status.
    public let code: Int
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, …; empty where the server gave none.
    public let reason: String
    public let message: String
    /// Where and why, for `Invalid` and apply conflicts.
    public let causes: [Cause]
    /// For an expired list (410): the token by which it can go on, from the next key but in the newest state.
    public let continueToken: String?

    public struct Cause: Sendable, Hashable {
        public let reason: String
        public let message: String
        public let field: String

        public init(reason: String, message: String, field: String) {
            (self.reason, self.message, self.field) = (reason, message, field)
        }
    }

    public init(code: Int, reason: String, message: String, causes: [Cause] = [], continueToken: String? = nil) {
        (self.code, self.reason, self.message, self.causes) = (code, reason, message, causes)
        self.continueToken = continueToken
    }

    /// From a response's body: a `Status`, or whatever a proxy in between said.
    init(status code: Int, _ body: JSON) {
        let causes = body["details"]?["causes"]?.array ?? []
        self.init(
            code: code, reason: body["reason"]?.string ?? "",
            message: body["message"]?.string ?? body.string ?? "the server answered \(code)",
            causes: causes.map {
                Cause(reason: $0["reason"]?.string ?? "", message: $0["message"]?.string ?? "",
                    field: $0["field"]?.string ?? "")
            },
            continueToken: body["metadata"]?["continue"]?.string.flatMap { $0.isEmpty ? nil : $0 })
    }

    static func notADocument(_ request: APIRequest, _ found: String) -> KubernetesError {
        KubernetesError(
            code: 200, reason: "NotADocument", message: "\(request.method) \(request.path) answered \(found)")
    }

    public var isNotFound: Bool { code == 404 }
    /// The object exists already (on create).
    public var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
    /// Somebody else changed the object meanwhile, or owns an applied field.
    public var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
    /// The version asked for is too old to continue from.
    public var isExpired: Bool { code == 410 }
    public var isInvalid: Bool { code == 422 }
    public var isForbidden: Bool { code == 403 }
    public var isUnauthorized: Bool { code == 401 }
}

extension KubernetesError: CustomStringConvertible {
    public var description: String { "\(message) (\(code)\(reason.isEmpty ? "" : " \(reason)"))" }
}

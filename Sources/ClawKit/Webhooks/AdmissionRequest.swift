import ClawBase
import ClawDocuments
public import ClawModels

/// A write that the API server asks about.
/// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request>
public struct AdmissionRequest<R: Resource>: Sendable {
    public enum Operation: String, Sendable, CaseIterable {
        case create = "CREATE", update = "UPDATE", delete = "DELETE", connect = "CONNECT"
    }

    public let operation: Operation
    /// What would be stored; nil for deletions.
    public let object: R?
    /// What is stored; nil for creations.
    public let oldObject: R?
    /// Empty where the server has yet to make one up.
    public let name: String
    public let namespace: String?
    /// `status`, `scale`; nil for the object itself.
    public let subresource: String?
    /// Nothing is stored: the webhook must not do anything that lasts.
    public let isDryRun: Bool
    public let user: String
    public let groups: [String]

    init(_ request: JSONObject) throws(Finding) {
        guard let operation = request.string("operation").flatMap(Operation.init) else {
            throw Finding(.badRequest, "An AdmissionReview names an operation.", field: "request.operation")
        }
        self.operation = operation
        object = request["object"]?.object.map { R(document: $0) }
        oldObject = request["oldObject"]?.object.map { R(document: $0) }
        name = request.string("name") ?? ""
        namespace = request.string("namespace").flatMap { $0.isEmpty ? nil : $0 }
        subresource = request.string("subResource").flatMap { $0.isEmpty ? nil : $0 }
        isDryRun = request["dryRun"]?.bool ?? false
        user = request["userInfo"]?["username"]?.string ?? ""
        groups = (request["userInfo"]?["groups"]?.array ?? []).compactMap(\.string)
    }
}

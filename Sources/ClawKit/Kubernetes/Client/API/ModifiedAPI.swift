public import ClawBase
import HTTPTypes

/// An API whose calls are changed on their way: what ``KubernetesAPI/dryRun``, ``KubernetesAPI/namespaced(_:)`` and
/// the like return. They compose: `client.namespaced("demo").dryRun`.
public struct ModifiedAPI: KubernetesAPI {
    private let base: any KubernetesAPI
    private let modify: @Sendable (inout APIRequest) throws -> Void

    /// - Parameter modify: may refuse a call by throwing.
    public init(_ base: some KubernetesAPI, _ modify: @escaping @Sendable (inout APIRequest) throws -> Void) {
        (self.base, self.modify, reading) = (base, modify, base.reading)
    }

    public fileprivate(set) var reading: DocumentReading

    public func document(for request: APIRequest) async throws -> JSONObject {
        var request = request
        try modify(&request)
        return try await base.document(for: request)
    }

    public func stream(for request: APIRequest) async throws -> Body {
        var request = request
        try modify(&request)
        return try await base.stream(for: request)
    }

    public func webSocket(for request: APIRequest, subprotocols: [String]) async throws -> WebSocket {
        var request = request
        try modify(&request)
        return try await base.webSocket(for: request, subprotocols: subprotocols)
    }
}

/// How unknown and duplicate fields in what is written are taken.
public enum FieldValidation: String, Sendable {
    /// Refused.
    case strict = "Strict"
    /// Dropped with a warning: the server's default. See ``KubernetesAPI/onWarning(_:)``.
    case warn = "Warn"
    /// Dropped.
    case ignore = "Ignore"
}

extension KubernetesAPI {
    /// What is read forgets its `metadata.managedFields`, a third of most objects: for caches and long lists. To write
    /// such an object back does no harm; the server keeps its own.
    public var droppingManagedFields: ModifiedAPI {
        var api = ModifiedAPI(self) { $0.managedFields = .dropped }
        api.reading.managedFields = .dropped
        return api
    }

    /// Writes are checked, defaulted and answered, but not kept.
    /// <https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run>
    public var dryRun: ModifiedAPI {
        ModifiedAPI(self) { request in
            guard request.isWrite else { return }
            if let part = request.target?.subresource, ["exec", "attach", "portforward", "proxy"].contains(part) {
                throw Finding(.badRequest, "'\(part)' cannot be tried without being done; call it outside dryRun.")
            }
            request.query["dryRun"] = "All"
            // A delete with a body is read from there alone.
            if request.method == .delete, request.body != nil { request.body?["dryRun"] = ["All"] }
        }
    }

    /// Writes belong to that manager, where they name none themselves.
    public func fieldManager(_ name: String) -> ModifiedAPI {
        ModifiedAPI(self) { request in
            guard request.storesFields, request.query["fieldManager"] == nil else { return }
            request.query["fieldManager"] = name
        }
    }

    public func fieldValidation(_ validation: FieldValidation) -> ModifiedAPI {
        ModifiedAPI(self) { request in
            if request.storesFields { request.query["fieldValidation"] = validation.rawValue }
        }
    }

    /// Calls for namespaced kinds that name no namespace mean this one; those that name another are refused, so that
    /// the value is as good as the namespace to whoever gets it. Kinds of the whole cluster are let through.
    public func namespaced(_ namespace: String) -> ModifiedAPI {
        ModifiedAPI(self) { request in
            guard var target = request.target, target.type.isNamespaced else { return }
            if let other = target.namespace, !other.isEmpty, other != namespace {
                throw Finding(
                    .badRequest, "This client is for the namespace '\(namespace)', not for '\(other)'; use another client.",
                    field: "metadata.namespace")
            }
            guard !namespace.isEmpty, !namespace.contains("/"), !namespace.hasPrefix(".") else {
                throw Finding(.badName, "'\(namespace)' is no name of a namespace.", field: "metadata.namespace")
            }
            target.namespace = namespace
            request.target = target
        }
    }

    /// Calls are made as somebody else, which the client's own user must be allowed to do.
    /// <https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/>
    public func impersonating(
        user: String, groups: [String] = [], uid: String? = nil, extra: [String: [String]] = [:]
    ) -> ModifiedAPI {
        ModifiedAPI(self) { request in
            var fields = [("Impersonate-User", user)] + groups.map { ("Impersonate-Group", $0) }
            if let uid { fields.append(("Impersonate-Uid", uid)) }
            for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
                fields += values.map { ("Impersonate-Extra-\(Percent.encode(key))", $0) }
            }
            for (name, value) in fields {
                guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else {
                    throw Finding(.badRequest, "'\(value)' cannot be a user, group or extra to impersonate.")
                }
                request.headers.append(HTTPField(name: name, value: value))
            }
        }
    }

    /// Tells the warnings that servers send beside their answers.
    public func onWarning(_ handle: @escaping @Sendable (ServerWarning) -> Void) -> ModifiedAPI {
        ModifiedAPI(self) { request in
            let inner = request.onWarning
            request.onWarning = { warning in
                inner?(warning)
                handle(warning)
            }
        }
    }
}

extension APIRequest {
    package var isWrite: Bool { method != .get && method != .head && method != .options }
    /// Creates, replaces and patches: what has a field manager.
    fileprivate var storesFields: Bool { method == .post || method == .put || method == .patch }
}

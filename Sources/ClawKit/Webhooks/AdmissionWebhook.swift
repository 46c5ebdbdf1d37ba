import ClawBase
public import ClawDocuments
import ClawKubernetes
public import ClawModels

/// Looks at writes of a kind before they are stored, and refuses or changes them.
///
/// A refusal is whatever the body throws: a ``Finding`` with its code and place, or a ``KubernetesError`` as
/// ``CustomResource/validate(replacing:)`` throws it, whose causes reach the writer. Any other error refuses with 500.
public struct AdmissionWebhook<R: Resource>: Webhook {
    public typealias Request = AdmissionRequest<R>

    public let path: String
    private let mutates: Bool
    private let operations: [Request.Operation]
    private let options: AdmissionOptions
    /// The object as it should be stored, nil for as it is, and warnings.
    private let admit: @Sendable (Request) async throws -> (R?, warnings: [String])

    /// One that refuses, or lets pass with warnings.
    /// - Parameter admit: returns warnings for the writer, mostly none.
    public init(
        for kind: R.Type, on operations: [Request.Operation] = [.create, .update],
        options: AdmissionOptions = AdmissionOptions(), _ admit: @escaping @Sendable (Request) async throws -> [String]
    ) {
        (path, mutates) = ("/validate/\(R.type.qualifiedName)", false)
        (self.operations, self.options) = (operations, options)
        self.admit = { (nil, try await admit($0)) }
    }

    /// One that changes the object on its way.
    public init(
        changing kind: R.Type, on operations: [Request.Operation] = [.create, .update],
        options: AdmissionOptions = AdmissionOptions(),
        _ change: @escaping @Sendable (inout R, Request) async throws -> Void
    ) {
        (path, mutates) = ("/mutate/\(R.type.qualifiedName)", true)
        (self.operations, self.options) = (operations, options)
        admit = { request in
            guard var object = request.object else { return (nil, []) }
            try await change(&object, request)
            return (object, [])
        }
    }

    public func answer(_ review: JSONObject) async throws -> JSON {
        guard let question = review["request"]?.object, let uid = question.string("uid") else {
            throw Finding(.badRequest, "This is no AdmissionReview: it has no request.", field: "request")
        }
        var response: JSONObject = ["uid": .string(uid), "allowed": true]
        do {
            let request = try Request(question)
            let (object, warnings) = try await admit(request)
            response.set("warnings", warnings)
            let patch =
                object.map { JSONPatchOperations.make(from: request.object?.document ?? [:], to: $0.document) } ?? []
            if !patch.isEmpty {
                response["patchType"] = "JSONPatch"
                response["patch"] = .string(Base64.encode(JSON.array(patch).bytes()))
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            response["allowed"] = false
            response["status"] = .object(Refusal.status(for: error))
        }
        return [
            "apiVersion": review["apiVersion"] ?? "admission.k8s.io/v1", "kind": "AdmissionReview",
            "response": .object(response),
        ]
    }

    public func registration(_ client: WebhookClient) -> WebhookRegistration {
        let type = R.type
        var hook: JSONObject = [
            "name": .string("\(type.plural).\(client.name).clawkit.dev"), "clientConfig": .object(client.config),
            "admissionReviewVersions": ["v1"], "sideEffects": "NoneOnDryRun",
            "failurePolicy": options.ignoresFailures ? "Ignore" : "Fail",
            "timeoutSeconds": .integer(options.timeout.components.seconds),
            "rules": [
                [
                    "apiGroups": [.string(type.group)], "apiVersions": [.string(type.version)],
                    "operations": .array(operations.map { .string($0.rawValue) }),
                    "resources": .array(
                        ([type.plural] + options.subresources.map { "\(type.plural)/\($0)" }).map(JSON.string)),
                ]
            ],
        ]
        if !options.conditions.isEmpty {
            hook["matchConditions"] = .array(
                options.conditions.sorted { $0.key < $1.key }.map {
                    ["name": .string($0.key), "expression": .string($0.value)]
                })
        }
        if let selector = options.objectSelector { hook["objectSelector"] = .object(selector.document) }
        if let selector = options.namespaceSelector { hook["namespaceSelector"] = .object(selector.document) }
        let configuration: JSONObject = [
            "metadata": ["name": .string("\(client.name)-\(type.qualifiedName)")], "webhooks": [.object(hook)],
        ]
        return mutates
            ? .configuration(MutatingWebhookConfiguration(document: configuration))
            : .configuration(ValidatingWebhookConfiguration(document: configuration))
    }
}

/// When a webhook is asked, and what becomes of a write while it cannot be.
public struct AdmissionOptions: Sendable {
    /// Writes pass while the webhook cannot be asked; otherwise they are refused.
    public var ignoresFailures: Bool
    /// Whole seconds, from 1 to 30.
    public var timeout: Duration
    /// Asked about these too: `status`, `scale`.
    public var subresources: [String]
    public var objectSelector: LabelSelector?
    public var namespaceSelector: LabelSelector?
    /// Asked only where all of these CEL expressions hold, by their names: `["spec": "object.spec != oldObject.spec"]`.
    /// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions>
    public var conditions: [String: String]

    public init(
        ignoresFailures: Bool = false, timeout: Duration = .seconds(10), subresources: [String] = [],
        objectSelector: LabelSelector? = nil, namespaceSelector: LabelSelector? = nil, conditions: [String: String] = [:]
    ) {
        (self.ignoresFailures, self.timeout, self.subresources) = (ignoresFailures, timeout, subresources)
        (self.objectSelector, self.namespaceSelector, self.conditions) = (objectSelector, namespaceSelector, conditions)
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes

/// The question to a webhook, and its answer.
/// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request>
struct AdmissionReview {
    let uid = Chance.uuid()
    let document: JSON

    /// - Parameter type: the version the webhook wants to see the objects in.
    init(_ object: JSONObject?, _ request: AdmissionRequest, as type: ResourceType) {
        let call = request.call
        func kind(_ type: ResourceType) -> JSON {
            ["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)]
        }
        func resource(_ type: ResourceType) -> JSON {
            ["group": .string(type.group), "version": .string(type.version), "resource": .string(type.plural)]
        }
        func shown(_ object: JSONObject?) -> JSON {
            guard var object else { return .null }
            object[.apiVersion] = .string(type.apiVersion)
            object[.kind] = .string(type.kind)
            return .object(object)
        }
        var body: JSONObject = [
            "uid": .string(uid), "kind": kind(type), "resource": resource(type), "requestKind": kind(request.type),
            "requestResource": resource(request.type),
        ]
        if let subresource = request.subresource {
            body["subResource"] = .string(subresource)
            body["requestSubResource"] = .string(subresource)
        }
        let name = object?.objectName ?? call.name
        if !name.isEmpty { body["name"] = .string(name) }
        if let namespace = call.namespace {
            body["namespace"] = .string(namespace)
        } else if request.type.group.isEmpty, request.type.plural == "namespaces" {
            body["namespace"] = .string(name)
        }
        body["operation"] = .string(request.operation.rawValue)
        body["userInfo"] = .object(call.user.document)
        body["object"] = shown(object)
        body["oldObject"] = shown(request.old)
        body["dryRun"] = .bool(call.isDryRun)
        body["options"] = .object(Self.options(request))
        document = ["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": .object(body)]
    }

    private static func options(_ request: AdmissionRequest) -> JSONObject {
        let kinds: [AdmissionRequest.Operation: JSON] = [
            .create: "CreateOptions", .update: "UpdateOptions", .delete: "DeleteOptions",
        ]
        let isPatch = request.call.request.method == .patch
        var options: JSONObject = [
            "kind": isPatch ? "PatchOptions" : kinds[request.operation] ?? "CreateOptions", "apiVersion": "meta.k8s.io/v1",
        ]
        if request.call.isDryRun { options["dryRun"] = ["All"] }
        guard request.operation != .delete else { return options }
        for name in ["fieldManager", "fieldValidation"] {
            if let value = request.call.query[name] { options[name] = .string(value) }
        }
        return options
    }

    struct Answer {
        let isAllowed: Bool
        let patch: JSON?
        let warnings: [String]
        let status: JSONObject
    }

    /// - Throws: what is wrong with the answer, in Kubernetes' words.
    func answer(_ reply: JSON, mayPatch: Bool) throws(WebhookFailure) -> Answer {
        guard reply["apiVersion"] == "admission.k8s.io/v1", reply["kind"] == "AdmissionReview" else {
            let got = "\(reply["apiVersion"]?.string ?? ""), Kind=\(reply["kind"]?.string ?? "")"
            throw .invalid("expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got \(got)")
        }
        guard case .object(let response)? = reply["response"] else {
            throw .invalid("webhook response was absent")
        }
        guard response["uid"]?.string == uid else {
            throw .invalid("expected response.uid=\"\(uid)\", got \"\(response["uid"]?.string ?? "")\"")
        }
        var patch: JSON?
        if let text = response["patch"]?.string, !text.isEmpty {
            guard mayPatch else { throw .invalid("response.patch not allowed") }
            guard response["patchType"]?.string == "JSONPatch" else {
                throw .invalid("invalid response.patchType: \"\(response["patchType"]?.string ?? "")\"")
            }
            guard let bytes = Base64.decode(text), let parsed = try? JSONParser.parse(bytes) else {
                throw .invalid("received undecodable patch in webhook response")
            }
            patch = parsed
        }
        return Answer(
            isAllowed: response["allowed"]?.bool == true, patch: patch,
            warnings: response["warnings"]?.array?.compactMap(\.string) ?? [], status: response["status"]?.object ?? [:])
    }
}

/// A webhook that could not be asked, or whose answer is none.
struct WebhookFailure: Error {
    let reason: String

    static func invalid(_ problem: String) -> WebhookFailure {
        WebhookFailure(reason: "received invalid webhook response: \(problem)")
    }
    static func call(_ problem: String) -> WebhookFailure { WebhookFailure(reason: "failed to call webhook: \(problem)") }
}

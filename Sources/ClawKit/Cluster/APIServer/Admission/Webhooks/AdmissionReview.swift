import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels

/// The question to a webhook, and its answer.
/// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request>
struct AdmissionReview {
    let uid = Chance.uuid()
    let document: JSON

    /// - Parameters:
    ///   - object: in the version of `type`, as `old`.
    ///   - type: the version the webhook wants to see the objects in.
    init(_ object: JSONObject?, old: JSONObject?, _ request: AdmissionRequest, as type: ResourceType) {
        let input = PolicyInput(object: object, request: request)
        var body = input.description
        body["uid"] = .string(uid)
        body["kind"] = ["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)]
        body["resource"] = [
            "group": .string(type.group), "version": .string(type.version), "resource": .string(type.plural),
        ]
        // A namespace lies within itself.
        if request.type.group.isEmpty, request.type.kind == "Namespace" { body["namespace"] = .string(input.name) }
        body["object"] = object.map(JSON.object) ?? .null
        body["oldObject"] = old.map(JSON.object) ?? .null
        document = ["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": .object(body)]
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
}

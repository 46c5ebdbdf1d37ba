import ClawBase
import ClawDocuments

/// The question to a conversion webhook, and its answer.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-request-and-response>
struct ConversionReview {
    let uid = Chance.uuid()
    /// `apiextensions.k8s.io/v1`, or the older `v1beta1`, whose answers are held to less.
    let apiVersion: String
    let document: JSON

    /// - Parameter versions: those of the review that the webhook understands; the first that this server knows is taken.
    init(_ objects: [JSONObject], to desired: String, versions: [String]) throws(ConversionFailure) {
        guard let version = versions.first(where: ["v1", "v1beta1"].contains) else {
            throw ConversionFailure("no supported conversion review versions")
        }
        apiVersion = "apiextensions.k8s.io/\(version)"
        document = [
            "kind": "ConversionReview", "apiVersion": .string(apiVersion),
            "request": [
                "uid": .string(uid), "desiredAPIVersion": .string(desired), "objects": .array(objects.map(JSON.object)),
            ],
        ]
    }

    /// What the webhook made of the objects, not yet looked at.
    func converted(_ reply: JSON) throws(ConversionFailure) -> [JSON] {
        let isStrict = apiVersion.hasSuffix("/v1")
        if isStrict, reply["apiVersion"]?.string != apiVersion || reply["kind"] != "ConversionReview" {
            throw ConversionFailure(
                "expected webhook response of \(apiVersion), Kind=ConversionReview, got "
                    + "\(reply["apiVersion"]?.string ?? ""), Kind=\(reply["kind"]?.string ?? "")")
        }
        guard case .object(let response)? = reply["response"] else { throw ConversionFailure("no response provided") }
        if isStrict, response.string("uid") != uid {
            throw ConversionFailure("expected response.uid=\"\(uid)\", got \"\(response.string("uid") ?? "")\"")
        }
        let (status, message) = (response["result"]?["status"]?.string ?? "", response["result"]?["message"]?.string ?? "")
        guard status == "Success" else {
            throw ConversionFailure(message.isEmpty ? "response.result.status was '\(status)', not 'Success'" : message)
        }
        return response["convertedObjects"]?.array ?? []
    }
}

/// Why objects could not be converted, in Kubernetes' words.
struct ConversionFailure: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

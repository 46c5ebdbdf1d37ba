import ClawBase
public import ClawDocuments
import ClawKubernetes
import ClawModels

/// Brings objects of a kind from one of its versions to another, by the conversions that the kind declares.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion>
public struct ConversionWebhook<R: CustomResource>: Webhook {
    public let path: String

    public init(for kind: R.Type) { path = "/convert/\(R.type.qualifiedName)" }

    public func answer(_ review: JSONObject) async throws -> JSON {
        guard let question = review["request"]?.object, let uid = question.string("uid"),
            let wanted = question.string("desiredAPIVersion")
        else { throw Finding(.badRequest, "This is no ConversionReview: it has no request.", field: "request") }
        var response: JSONObject = ["uid": .string(uid)]
        do {
            let objects = try (question["objects"]?.array ?? []).map { object -> JSON in
                .object(try R.convert(object.object ?? [:], to: wanted))
            }
            response["result"] = ["status": "Success"]
            response["convertedObjects"] = .array(objects)
        } catch {
            let message = (error as? Finding)?.message ?? "\(error)"
            response["result"] = ["status": "Failure", "message": .string(message)]
            response["convertedObjects"] = []
        }
        return [
            "apiVersion": review["apiVersion"] ?? "apiextensions.k8s.io/v1", "kind": "ConversionReview",
            "response": .object(response),
        ]
    }

    public func registration(_ client: WebhookClient) -> WebhookRegistration {
        .conversion(
            definition: R.type.qualifiedName,
            [
                "strategy": "Webhook",
                "webhook": ["clientConfig": .object(client.config), "conversionReviewVersions": ["v1"]],
            ])
    }
}

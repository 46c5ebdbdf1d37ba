import ClawDocuments
import ClawModels
import ClawSchemas

/// Brings custom resources from one version to another by asking the webhook their definition names.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion>
struct ConversionWebhook: Sendable {
    private let client: Field
    private let reviewVersions: [String]
    /// The versions of the definition: others cannot be converted from.
    private let versions: Set<String>
    private let caller: WebhookCaller

    /// nil where the definition converts nothing but the version's name.
    init?(_ spec: JSONObject, caller: WebhookCaller) {
        let conversion = Field(spec)["conversion"]
        guard conversion["strategy"].string == "Webhook", let group = spec.string("group") else { return nil }
        client = conversion["webhook"]["clientConfig"]
        reviewVersions = conversion["webhook"]["conversionReviewVersions"].strings
        versions = Set(spec.values("versions").compactMap { $0["name"]?.string.map { "\(group)/\($0)" } })
        self.caller = caller
    }

    /// Seconds a webhook has, whatever it is asked.
    private static let timeout: Int64 = 30
    /// Bytes: a whole list may be converted at once.
    private static let answerLimit = 256 << 20

    func convert(_ object: JSONObject, to apiVersion: String) async throws -> JSONObject {
        try await convert([object], to: apiVersion, isList: false)[0]
    }

    /// All objects that are of another version, in one question.
    /// - Returns: as many objects as were given, in their order.
    /// - Throws: ``APIStatus`` where the webhook cannot be asked, refuses, or changes what it must not.
    func convert(_ objects: [JSONObject], to apiVersion: String) async throws -> [JSONObject] {
        try await convert(objects, to: apiVersion, isList: true)
    }

    private func convert(_ objects: [JSONObject], to apiVersion: String, isList: Bool) async throws -> [JSONObject] {
        let places = objects.indices.filter { objects[$0].string(.apiVersion) != apiVersion }
        guard let first = places.first else { return objects }
        do {
            let stranger = places.lazy.map { objects[$0].string(.apiVersion) ?? "" }.first { !versions.contains($0) }
            if let stranger {
                throw ConversionFailure("request to convert CR from an invalid group/version: \(stranger)")
            }
            let answers = try await ask(places.map { objects[$0] }, to: apiVersion, as: Self.kind(of: objects[first]))
            var converted = objects
            for (index, place) in places.enumerated() {
                converted[place] = try ConvertedObject(
                    original: objects[place], answer: answers[index], apiVersion: apiVersion,
                    index: isList ? index : nil, kind: Self.kind(of: objects[place])
                ).checked()
            }
            return converted
        } catch let failure as ConversionFailure {
            // Kubernetes gives it no reason of its own.
            throw APIStatus(code: 500, reason: "", message: failure.reason)
        }
    }

    private func ask(_ objects: [JSONObject], to apiVersion: String, as kind: String) async throws -> [JSON] {
        let review = try ConversionReview(objects, to: apiVersion, versions: reviewVersions)
        let answers: [JSON]
        do {
            let reply = try await caller.post(
                review.document, to: client, timeout: Self.timeout, answerLimit: Self.answerLimit)
            answers = try review.converted(reply)
        } catch let failure as WebhookCaller.CallFailure {
            throw ConversionFailure("conversion webhook for \(kind) failed: \(failure.reason)")
        } catch let failure as ConversionFailure {
            throw ConversionFailure("conversion webhook for \(kind) failed: \(failure.reason)")
        }
        guard answers.count == objects.count else {
            throw ConversionFailure(
                "conversion webhook for \(kind) returned \(answers.count) objects, expected \(objects.count)")
        }
        return answers
    }

    private static func kind(of object: JSONObject) -> String {
        "\(object.string(.apiVersion) ?? ""), Kind=\(object.string(.kind) ?? "")"
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes

/// How many replicas a workload wants and has, as a Scale.
extension APIServer {
    private func scaleDocument(_ object: JSONObject) -> JSONObject {
        let spec = object[.spec]?.object ?? JSONObject()
        let selector = (spec["selector"]?["matchLabels"]?.object ?? spec["selector"]?.object) ?? JSONObject()
        let labels = selector.compactMap { name, value in value.string.map { "\(name)=\($0)" } }.sorted()
        var metadata = JSONObject()
        for key: FieldKey in [.name, .namespace, .uid, .resourceVersion, .creationTimestamp] {
            metadata[key] = object.metadataValue(key)
        }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata),
            "spec": ["replicas": spec["replicas"] ?? 1],
            "status": [
                "replicas": object[.status]?["replicas"] ?? 0, "selector": .string(labels.joined(separator: ",")),
            ],
        ]
    }

    func scale(_ call: ResourceCall) throws -> Response {
        guard let entry = store.get(call.resource.collection, try call.key()) else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        return .document(scaleDocument(entry.object))
    }

    func setScale(_ call: ResourceCall) async throws -> Response {
        guard let replicas = try await call.bodyValue()["spec"]?["replicas"]?.integer, replicas >= 0 else {
            throw APIStatus.badRequest("a Scale needs spec.replicas, a number not below 0")
        }
        let response = try await update(call, try call.key(), subresource: "scale") { live in
            var new = live
            new.modify(.spec) { $0?["replicas"] = .integer(replicas) }
            return new
        }
        guard let object = (response.body.value as? JSON)?.object else { return response }
        return .document(scaleDocument(object))
    }

    /// A patch of the Scale that stands for the object. Apply would need an account of the fields under another kind,
    /// which this server does not keep.
    func patchScale(_ call: ResourceCall) async throws -> Response {
        let accepted = [PatchType.json, .merge, .strategicMerge]
        guard let type = PatchType(mediaType: call.request.headers[.contentType] ?? ""), accepted.contains(type) else {
            throw APIStatus.unsupportedMediaType(accepted.map(\.mediaType))
        }
        let patch = try await call.bodyValue(mediaTypes: accepted.map(\.mediaType))
        let schema = SchemaTable.kubernetes[Self.scaleSchema]
        do {
            let response = try await update(call, try call.key(), subresource: "scale") { live in
                let scale = try Patch.apply(
                    type, patch, to: scaleDocument(live), schema: schema, types: .kubernetes)
                if let version = scale.metadataString(.resourceVersion), UInt64(version) != live.revision {
                    throw APIStatus.modified(call.resource.subject, call.name)
                }
                return try setting(scale[.spec]?["replicas"] ?? 0, of: live, call)
            }
            guard let object = (response.body.value as? JSON)?.object else { return response }
            return .document(scaleDocument(object))
        } catch let error as PatchError {
            throw APIStatus(error)
        }
    }

    private static let scaleSchema = "io.k8s.api.autoscaling.v1.Scale"

    /// The object with another number of replicas.
    private func setting(_ replicas: JSON, of live: JSONObject, _ call: ResourceCall) throws -> JSONObject {
        guard let number = replicas.integer, number >= 0 else {
            throw APIStatus.invalid(
                kind: "Scale", group: "autoscaling", name: call.name,
                [.invalid("spec.replicas", replicas, "must be greater than or equal to 0")])
        }
        var new = live
        new.modify(.spec) { $0?["replicas"] = .integer(number) }
        return new
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas
import HTTPTypes

/// How many replicas a workload wants and has, as a Scale.
extension APIServer {
    private func scaleDocument(_ object: JSONObject, _ scale: ScalePaths?) -> JSONObject {
        let spec = object[.spec]?.object ?? JSONObject()
        var metadata = JSONObject()
        for key: FieldKey in [.name, .namespace, .uid, .resourceVersion, .creationTimestamp] {
            metadata[key] = object.metadataValue(key)
        }
        let whole = JSON.object(object)
        let replicas = scale.map { whole.value(at: $0.replicas) ?? 0 } ?? spec["replicas"] ?? 1
        let selector = scale.map { $0.selector.flatMap { whole.value(at: $0)?.string } ?? "" }
            ?? SelectorRules.text(Field(object)["spec"]["selector"])
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata),
            // A wish for none is left out.
            "spec": replicas == 0 ? [:] : ["replicas": replicas],
            "status": [
                "replicas": scale.map { whole.value(at: $0.statusReplicas) ?? 0 } ?? object[.status]?["replicas"] ?? 0,
                "selector": .string(selector),
            ],
        ]
    }

    func scale(_ call: ResourceCall) async throws -> Response {
        .document(try await scaleDocument(of: call.resource, try call.key()))
    }

    /// What an autoscaler in this process reads, without the way through a request.
    func scale(of resource: RegisteredResource, _ key: ObjectStore.Key) async throws -> Scale {
        guard resource.served.subresource("scale") != nil else { throw APIStatus.noSuchPath }
        return Scale(document: try await scaleDocument(of: resource, key))
    }

    private func scaleDocument(of resource: RegisteredResource, _ key: ObjectStore.Key) async throws -> JSONObject {
        guard let entry = store.get(resource.collection, key) else {
            throw APIStatus.notFound(resource.subject, key.name)
        }
        return scaleDocument(try await resource.shown(entry.object), resource.custom?.scale)
    }

    func setScale(_ call: ResourceCall) async throws -> Response {
        guard let scale = try await call.bodyValue().object else {
            throw APIStatus.badRequest("the object provided is unrecognized (must be of type Scale)")
        }
        try Self.checkIsScale(scale)
        if let problem = GoDecoding.inspect(scale, as: Self.scaleSchema).problem {
            throw APIStatus.badRequest("Scale in version \"v1\" cannot be handled as a Scale: \(problem)")
        }
        if !scale.objectName.isEmpty, scale.objectName != call.name {
            throw APIStatus.badRequest(
                "the name of the object (\(scale.objectName)) does not match the name on the URL (\(call.name))")
        }
        return try await changeScale(call) { live in try setting(scale, of: live, call) }
    }

    /// A patch of the Scale that stands for the object. Who applies it owns the object's replicas.
    func patchScale(_ call: ResourceCall) async throws -> Response {
        let accepted = [PatchType.json, .merge, .strategicMerge, .apply]
        guard let type = PatchType(mediaType: call.request.headers.value(.contentType) ?? ""), accepted.contains(type) else {
            throw APIStatus.unsupportedMediaType(accepted.map(\.mediaType))
        }
        let patch = try await call.bodyValue(mediaTypes: accepted.map(\.mediaType))
        do {
            if type == .apply { return try await applyScale(patch, call) }
            let schema = SchemaTable.kubernetes[Self.scaleSchema]
            return try await changeScale(call) { live in
                let scale = try Patch.apply(type, patch, to: scaleDocument(live, call.resource.custom?.scale), schema: schema, types: .kubernetes)
                return try setting(scale, of: live, call)
            }
        } catch let error as PatchError {
            throw APIStatus(error)
        }
    }

    private func applyScale(_ patch: JSON, _ call: ResourceCall) async throws -> Response {
        guard let scale = patch.object else {
            throw APIStatus.badRequest("the apply configuration must be an object")
        }
        try Self.checkIsScale(scale)
        var configuration: JSONObject = [
            "apiVersion": .string(call.resource.type.apiVersion), "kind": .string(call.resource.type.kind),
            "metadata": ["name": .string(call.name)],
        ]
        if let namespace = call.namespace { configuration.setMetadata(.namespace, .string(namespace)) }
        if let replicas = scale[.spec]?["replicas"] {
            configuration.set(replicas, at: call.resource.custom?.scale?.replicas ?? ["spec", "replicas"])
        }
        guard store.get(call.resource.collection, try call.key()) != nil else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        return asScale(try await apply(.object(configuration), call, subresource: "scale"), call)
    }

    private func changeScale(_ call: ResourceCall, _ change: (JSONObject) throws -> JSONObject) async throws -> Response
    {
        asScale(try await update(call, try call.key(), subresource: "scale") { try change($0) }, call)
    }

    private func asScale(_ response: Response, _ call: ResourceCall) -> Response {
        guard let object = (response.body.value as? JSON)?.object else { return response }
        return .document(scaleDocument(object, call.resource.custom?.scale))
    }

    private static let scaleSchema = "io.k8s.api.autoscaling.v1.Scale"

    private static func checkIsScale(_ scale: JSONObject) throws {
        if let kind = scale.string(.kind), kind != "Scale" {
            throw APIStatus.notConvertible(
                kind, scale.string(.apiVersion) ?? "v1", to: "Scale", internal: "autoscaling")
        }
    }

    /// The object with the scale's number of replicas.
    private func setting(_ scale: JSONObject, of live: JSONObject, _ call: ResourceCall) throws -> JSONObject {
        if let version = scale.metadataString(.resourceVersion), !version.isEmpty, UInt64(version) != live.revision {
            throw APIStatus.modified(call.resource.subject, call.name)
        }
        let replicas = Field(scale)["spec"]["replicas"]
        if let custom = call.resource.custom?.scale {
            // What is wrong with the number, the object's own rules say.
            var new = live
            new.set(.integer(replicas.integer ?? 0), at: custom.replicas)
            return new
        }
        var errors = FieldErrors()
        errors.notNegative(replicas)
        guard errors.list.isEmpty else {
            throw APIStatus.invalid(kind: "Scale", group: "autoscaling", name: call.name, errors.list)
        }
        var new = live
        new.modify(.spec) { $0?["replicas"] = .integer(replicas.integer ?? 0) }
        return new
    }
}

extension JSONObject {
    /// Sets the value at a path of names, with the objects on the way.
    fileprivate mutating func set(_ value: JSON, at path: some Collection<String>) {
        guard let name = path.first else { return }
        if path.count == 1 {
            self[name] = value
        } else {
            var inner = self[name]?.object ?? JSONObject()
            inner.set(value, at: path.dropFirst())
            self[name] = .object(inner)
        }
    }
}

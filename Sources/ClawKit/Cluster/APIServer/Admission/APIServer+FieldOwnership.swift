import ClawBase
import ClawDocuments
import ClawModels

extension APIServer {
    func recordManager(_ object: inout JSONObject, old: JSONObject?, _ call: ResourceCall, subresource: String?) {}
    func apply(_ patch: JSON, _ call: ResourceCall, subresource: String?) async throws -> Response {
        guard var object = patch.object else { throw APIStatus.badRequest("apply needs an object") }
        try call.adopt(&object)
        object.setMetadata(.name, .string(call.name))
        if store.get(call.resource.collection, try call.key()) == nil { return try await store(create: object, call) }
        return try await update(call, try call.key(), subresource: subresource) { live in
            try MergePatch.apply(.object(object), to: live)
        }
    }
}

import ClawBase
import ClawDocuments
import ClawModels
import HTTPTypes

/// What stands behind an object's name: status, scale, binding, log, finalize, eviction.
extension APIServer {
    func respond(to call: ResourceCall, subresource: String) async throws -> Response {
        guard call.resource.served.subresource(subresource) != nil else {
            throw call.resource.isCustom ? APIStatus.notFound(call.resource.subject, call.name) : APIStatus.noSuchPath
        }
        switch (call.resource.type.plural, subresource, call.request.method) {
        case (_, "status", .get): return try await get(call)
        case (_, "status", .put): return try await replace(call, subresource: "status")
        case (_, "status", .patch): return try await patch(call, subresource: "status")
        case ("namespaces", "finalize", .put): return try await finalizeNamespace(call)
        case ("serviceaccounts", "token", .post): return try await issueToken(call)
        case ("pods", "binding", .post): return try await bind(call)
        case ("pods", "eviction", .post): return try await evict(call)
        case ("pods", "log", .get): return try await log(call)
        case ("pods", "exec", .get), ("pods", "exec", .post): return try await exec(call)
        case ("pods", "attach", .get), ("pods", "attach", .post): return try await attach(call)
        case ("pods", "portforward", .get), ("pods", "portforward", .post): return try await portForward(call)
        case ("nodes", "proxy", _): return try await nodeProxy(call)
        case (_, "scale", .get): return try await scale(call)
        case (_, "scale", .put): return try await setScale(call)
        case (_, "scale", .patch): return try await patchScale(call)
        case ("pods", "ephemeralcontainers", .get), ("pods", "resize", .get),
            ("certificatesigningrequests", "approval", .get):
            return try await get(call)
        case ("pods", "ephemeralcontainers", .put), ("pods", "resize", .put),
            ("certificatesigningrequests", "approval", .put):
            return try await replace(call, subresource: subresource)
        case ("pods", "ephemeralcontainers", .patch), ("pods", "resize", .patch),
            ("certificatesigningrequests", "approval", .patch):
            return try await patch(call, subresource: subresource)
        default: throw APIStatus.methodNotAllowed
        }
    }

    /// Replaces `spec.finalizers` of a namespace; the last one gone ends it.
    private func finalizeNamespace(_ call: ResourceCall) async throws -> Response {
        let body = try await call.bodyObject()
        return try await update(call, try call.key(), subresource: nil) { live in
            var new = live
            var spec = live[.spec]?.object ?? JSONObject()
            spec[.finalizers] = body[.spec]?["finalizers"] ?? .array([])
            new[.spec] = .object(spec)
            return new
        }
    }

    /// The log of a pod's container, from the node it runs on.
    private func log(_ call: ResourceCall) async throws -> Response {
        guard let entry = store.get(call.resource.collection, try call.key()) else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        let pod = Pod(document: entry.object)
        let container = try container(call.query["container"] ?? "", of: pod)
        guard let node = pod.spec?.nodeName, !node.isEmpty else { return Response(status: .noContent) }
        var query = call.query
        query["container"] = nil
        let path = "/containerLogs/\(call.target.namespace ?? "")/\(call.name)/\(container)"
        return try await nodes.send(.get, path, query: query, to: node, store: store)
    }
}

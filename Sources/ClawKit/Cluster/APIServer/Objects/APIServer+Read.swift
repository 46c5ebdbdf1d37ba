import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes

/// get and list.
extension APIServer {
    func get(_ call: ResourceCall) async throws -> Response {
        let key = try call.key()
        guard let entry = store.get(call.resource.collection, key) else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        return try answer(call, try await call.resource.shown(entry.object))
    }

    func list(_ call: ResourceCall) async throws -> Response {
        let parameters = try ListParameters(call.query, isWatch: false)
        let filter = try ObjectFilter(call)
        let representation = try Representation(call, .list)
        let (objects, revision, position) = try listed(call, parameters)
        // Selectors speak of the version that is asked for.
        let shown = filter.isEverything ? objects : try await call.resource.shown(objects)
        let page = Page(shown, after: position, limit: parameters.limit, revision: revision, filter)
        let found = filter.isEverything ? try await call.resource.shown(page.objects) : page.objects
        var metadata = page.metadata
        switch representation.form {
        case .object:
            // Whole lists of custom resources always carry the member.
            if call.resource.isCustom, metadata["continue"] == nil { metadata["continue"] = "" }
            let type = call.resource.type
            let items = call.resource.isCustom ? found : found.map(\.withoutType)
            return .document([
                "kind": .string(call.resource.listKind), "apiVersion": .string(type.apiVersion),
                "metadata": .object(metadata), "items": .array(items.map { .object($0) }),
            ])
        case .table:
            let table = Table(
                for: call.resource, includeObject: parameters.includeObject, apiVersion: representation.apiVersion,
                now: time.now)
            return .document(table.document(found, metadata: metadata))
        case .partialMetadata:
            return .document([
                "kind": "PartialObjectMetadataList", "apiVersion": .string(representation.apiVersion),
                "metadata": .object(metadata),
                "items": .array(found.map { .object($0.partialMetadata(representation.apiVersion)) }),
            ])
        }
    }

    /// The objects of the state that is asked for: the present one, one at a version, or that of an earlier page.
    private func listed(
        _ call: ResourceCall, _ parameters: ListParameters
    ) throws -> (objects: [JSONObject], revision: UInt64, after: ObjectStore.Key?) {
        let collection = call.resource.collection
        if let token = parameters.continueToken {
            let position = try Page.Position(token)
            guard let objects = store.list(collection, namespace: call.namespace, at: position.revision) else {
                throw APIStatus(
                    code: 410, reason: "Expired",
                    message: "The provided continue parameter is too old to display a consistent list result. You must "
                        + "start a new list without the continue parameter.")
            }
            return (objects, position.revision, position.last)
        }
        let (objects, revision) = store.list(collection, namespace: call.namespace)
        let asked = try parameters.revision { APIStatus.badRequest("invalid resource version: \($0)") }
        guard let asked else { return (objects, revision, nil) }
        if asked > revision { throw APIStatus.tooLarge(asked, current: revision) }
        // With a limit and no other word, the state at the version is meant.
        guard parameters.match == .exact || (parameters.match == nil && parameters.limit > 0) else {
            return (objects, revision, nil)
        }
        guard let past = store.list(collection, namespace: call.namespace, at: asked) else {
            throw APIStatus(
                code: 410, reason: "Expired", message: "The resourceVersion for the provided list is too old.")
        }
        return (past, asked, nil)
    }

    /// One object in the representation the client asked for.
    func answer(_ call: ResourceCall, _ object: JSONObject, status: HTTPResponse.Status = .ok) throws -> Response {
        let representation = try Representation(call, .object)
        return switch representation.form {
        case .object: .document(object, status: status)
        case .table:
            .document(
                Table(
                    for: call.resource, includeObject: try ListParameters(call.query, isWatch: false).includeObject,
                    apiVersion: representation.apiVersion, now: time.now
                ).document([object], metadata: ["resourceVersion": .string(String(object.revision))]),
                status: status)
        case .partialMetadata: .document(object.partialMetadata(representation.apiVersion), status: status)
        }
    }
}

extension JSONObject {
    /// The items of a list leave out what the list's own kind says.
    fileprivate var withoutType: JSONObject {
        var object = self
        object[.kind] = nil
        object[.apiVersion] = nil
        return object
    }
}

extension APIStatus {
    static func tooLarge(_ revision: UInt64, current: UInt64) -> APIStatus {
        APIStatus(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(revision), current: \(current)",
            details: ["causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]]])
    }
}

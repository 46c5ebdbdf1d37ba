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
        let excerpt = try excerpt(call, parameters, limit: filter.isEverything ? parameters.limit : 0)
        // Selectors speak of the version that is asked for.
        let page = Page(excerpt, try await call.resource.shown(excerpt.objects), limit: parameters.limit, filter)
        let found = page.objects
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
    /// - Parameter limit: the most that are read; 0 for all.
    private func excerpt(_ call: ResourceCall, _ parameters: ListParameters, limit: Int) throws -> ObjectStore.Excerpt {
        func read(at revision: UInt64?, after last: ObjectStore.Key? = nil) -> ObjectStore.Excerpt? {
            store.excerpt(call.resource.collection, namespace: call.namespace, at: revision, after: last, limit: limit)
        }
        if let token = parameters.continueToken {
            let position = try Page.Position(token)
            if let excerpt = read(at: position.revision, after: position.last) { return excerpt }
            throw APIStatus.inconsistentContinue(Page.Position(last: position.last, revision: nil).token)
        }
        let asked = try parameters.revision { APIStatus.badRequest("invalid resource version: \($0)") }
        let present = store.revision
        if let asked, asked > present { throw APIStatus.tooLarge(asked, current: present) }
        // With a limit and no other word, the state at the version is meant.
        let isExact = parameters.match == .exact || (parameters.match == nil && parameters.limit > 0)
        if let excerpt = read(at: isExact ? asked : nil) { return excerpt }
        throw APIStatus(code: 410, reason: "Expired", message: "The resourceVersion for the provided list is too old.")
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
    /// A page whose state the log no longer reaches.
    /// - Parameter token: with which the client may go on all the same.
    static func inconsistentContinue(_ token: String) -> APIStatus {
        var status = APIStatus(
            code: 410, reason: "Expired",
            message: "The provided continue parameter is too old to display a consistent list result. You can start a new "
                + "list without the continue parameter, or use the continue token in this response to retrieve the remainder "
                + "of the results. Continuing with the provided token results in an inconsistent list - objects that were "
                + "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
                + "list.")
        status.continueToken = token
        return status
    }

    static func tooLarge(_ revision: UInt64, current: UInt64) -> APIStatus {
        APIStatus(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(revision), current: \(current)",
            details: ["causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]]])
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes

/// get and list.
extension APIServer {
    func get(_ call: ResourceCall) throws -> Response {
        let key = try call.key()
        guard let entry = store.get(call.resource.collection, key) else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        return answer(call, entry.object)
    }

    func list(_ call: ResourceCall) throws -> Response {
        let filter = try ObjectFilter(call)
        let (objects, revision) = store.list(call.resource.collection, namespace: call.namespace)
        if let asked = call.query["resourceVersion"], let asked = UInt64(asked), asked > revision {
            throw APIStatus(
                code: 504, reason: "Timeout", message: "Too large resource version: \(asked), current: \(revision)")
        }
        let matching = filter.isEverything ? objects : objects.filter(filter.matches)
        let page = try Page(call, matching, revision: revision)
        let metadata = page.metadata
        switch Representation(accept: call.request.headers[.accept]) {
        case .object:
            let type = call.resource.type
            return .document([
                "kind": .string("\(type.kind)List"), "apiVersion": .string(type.apiVersion),
                "metadata": .object(metadata), "items": .array(page.objects.map { .object($0) }),
            ])
        case .table:
            return .document(Table(for: call.resource, includeObject: call.query["includeObject"], now: time.now)
                .document(page.objects, metadata: metadata))
        case .partialMetadata:
            return .document([
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
                "items": .array(page.objects.map { .object($0.partialMetadata) }),
            ])
        }
    }

    /// One object in the representation the client asked for.
    func answer(_ call: ResourceCall, _ object: JSONObject, status: HTTPResponse.Status = .ok) -> Response {
        switch Representation(accept: call.request.headers[.accept]) {
        case .object: .document(object, status: status)
        case .table:
            .document(
                Table(for: call.resource, includeObject: call.query["includeObject"], now: time.now)
                    .document([object], metadata: ["resourceVersion": .string(String(object.revision))]),
                status: status)
        case .partialMetadata: .document(object.partialMetadata, status: status)
        }
    }
}

/// How a client wants objects: whole, as rows, or their metadata only.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources>
enum Representation: Sendable {
    case object, table, partialMetadata

    init(accept: String?) {
        self = .object
        for range in (accept ?? "").split(separator: ",") {
            if range.contains("as=Table") { self = .table } else if range.contains("as=PartialObjectMetadata") {
                self = .partialMetadata
            } else { continue }
            return
        }
    }
}

extension JSONObject {
    var partialMetadata: JSONObject {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": self[.metadata] ?? .object(JSONObject()),
        ]
    }
}

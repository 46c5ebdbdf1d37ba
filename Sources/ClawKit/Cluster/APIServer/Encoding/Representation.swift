import ClawBase
import ClawDocuments
import HTTPTypes

/// How a client wants objects: whole, as rows, or their metadata only; and in which encoding.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources>
struct Representation: Sendable {
    enum Form: Sendable {
        case object, table, partialMetadata
    }

    /// What is asked for, which decides what can be had.
    enum Scope: Sendable {
        case object, list, watch
    }

    private(set) var form = Form.object
    private(set) var encoding = ContentEncoding.json
    /// Of tables and metadata: `meta.k8s.io/v1`.
    private(set) var apiVersion = "meta.k8s.io/v1"

    /// The first of the client's choices that this server has.
    /// - Throws: 406 where it has none.
    init(_ call: ResourceCall, _ scope: Scope) throws {
        let accept = call.request.headers.value(.accept)
        // What most clients say.
        if accept == nil || accept == "" || accept == "application/json" { return }
        let ranges = MediaRange.parse(accept)
        for range in ranges {
            for encoding in range.encodings where Self.can(encoding, range.target, call.resource) {
                self.encoding = encoding
                if let target = range.target {
                    form = target.kind == "Table" ? .table : .partialMetadata
                    apiVersion = "\(target.group)/\(target.version)"
                    try Self.check(target, call.resource, scope)
                }
                if scope == .watch, encoding == .yaml { throw APIStatus.notAcceptable(ContentEncoding.streamTypes) }
                return
            }
        }
        // Built-in kinds are served by a router that looks at the types alone before the server looks closer.
        let isKnown = ranges.contains { $0.type == "*/*" || ContentEncoding.mediaTypes.contains($0.type) }
        if isKnown || call.resource.isCustom { throw APIStatus.notAcceptable(ContentEncoding.mediaTypes) }
        throw APIStatus.noRepresentation(
            ContentEncoding.mediaTypes + (scope == .list || scope == .watch ? ContentEncoding.streamTypes : []))
    }

    private static func can(_ encoding: ContentEncoding, _ target: MediaRange.Target?, _ resource: RegisteredResource)
        -> Bool
    {
        switch target?.kind {
        // Custom resources have no protobuf messages.
        case nil: encoding != .protobuf || !resource.isCustom
        case "Table": target?.isMeta == true && encoding != .protobuf
        case "PartialObjectMetadata", "PartialObjectMetadataList": target?.isMeta == true
        default: false
        }
    }

    private static func check(_ target: MediaRange.Target, _ resource: RegisteredResource, _ scope: Scope) throws {
        let type = resource.type
        let goType =
            resource.isCustom
            ? "*unstructured.Unstructured"
            : "*\(type.group.isEmpty ? "core" : String(type.group.prefix { $0 != "." })).\(type.kind)"
        if target.kind == "PartialObjectMetadata", scope == .list {
            throw APIStatus.notAcceptable(
                message: "you requested PartialObjectMetadata, but the requested object is a list (\(goType)List)")
        }
        if target.kind == "PartialObjectMetadataList", scope != .list {
            throw APIStatus.notAcceptable(
                message: "you requested PartialObjectMetadataList, but the requested object is not a list (\(goType))")
        }
    }
}

extension APIStatus {
    static func notAcceptable(message: String) -> APIStatus {
        APIStatus(code: 406, reason: "NotAcceptable", message: message)
    }

    static func notAcceptable(_ mediaTypes: [String]) -> APIStatus {
        notAcceptable(message: "only the following media types are accepted: " + mediaTypes.joined(separator: ", "))
    }

    fileprivate static func noRepresentation(_ mediaTypes: [String]) -> APIStatus {
        APIStatus(
            code: 406, reason: "NotAcceptable",
            message: "406: Not Acceptable\n\nAvailable representations: " + mediaTypes.joined(separator: ", "),
            details: [:])
    }
}

extension JSONObject {
    /// - Parameter apiVersion: the version asked for, `meta.k8s.io/v1`.
    func partialMetadata(_ apiVersion: String = "meta.k8s.io/v1") -> JSONObject {
        [
            "kind": "PartialObjectMetadata", "apiVersion": .string(apiVersion),
            "metadata": self[.metadata] ?? .object(JSONObject()),
        ]
    }
}

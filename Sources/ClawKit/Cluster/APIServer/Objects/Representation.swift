import ClawDocuments

/// How a client wants objects: whole, as rows, or their metadata only.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources>
enum Representation: Sendable {
    case object, table, partialMetadata

    /// The first of the client's choices that this server has. Only JSON is spoken.
    /// - Throws: 406 where it has none.
    init(accept: String?, isList: Bool) throws {
        let ranges = (accept ?? "").split(separator: ",").map { MediaRange($0) }
        if ranges.isEmpty {
            self = .object
            return
        }
        for range in ranges where range.isJSON {
            switch (range.parameters["as"], range.parameters["g"], range.parameters["v"]) {
            case (nil, _, _): self = .object
            case ("Table", "meta.k8s.io", "v1"), ("Table", "meta.k8s.io", "v1beta1"): self = .table
            case ("PartialObjectMetadata", "meta.k8s.io", "v1"):
                if isList { throw APIStatus.notAcceptable("you requested PartialObjectMetadata, but the requested object is a list") }
                self = .partialMetadata
            case ("PartialObjectMetadataList", "meta.k8s.io", "v1"):
                if !isList {
                    throw APIStatus.notAcceptable("you requested PartialObjectMetadataList, but the requested object is not a list")
                }
                self = .partialMetadata
            default: continue
            }
            return
        }
        if ranges.contains(where: { $0.parameters["as"] != nil }) {
            throw APIStatus.notAcceptable("only the following media types are accepted: application/json")
        }
        throw APIStatus.notAcceptable(
            "406: Not Acceptable\n\nAvailable representations: application/json, application/json;stream=watch",
            details: [:])
    }
}

/// One element of an `Accept` field (RFC 9110, section 12.5.1).
private struct MediaRange {
    let type: String
    let parameters: [String: String]

    init(_ text: Substring) {
        let parts = text.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
        type = (parts.first ?? "").lowercased()
        parameters = Dictionary(
            parts.dropFirst().compactMap { part in
                part.firstIndex(of: "=").map { (String(part[..<$0]), String(part[part.index(after: $0)...])) }
            }, uniquingKeysWith: { first, _ in first })
    }

    var isJSON: Bool { ["application/json", "application/*", "*/*"].contains(type) }
}

extension APIStatus {
    static func notAcceptable(_ message: String, details: JSONObject? = nil) -> APIStatus {
        APIStatus(code: 406, reason: "NotAcceptable", message: message, details: details)
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

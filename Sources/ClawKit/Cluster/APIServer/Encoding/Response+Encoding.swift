import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes

/// Answers in the encoding that the client prefers, and indented for people.
extension Response {
    /// This answer's document written as the client wants it; anything that is no document stays as it is.
    func encoded(for request: Request) -> Response {
        guard case .object(let document)? = body.value as? JSON else { return self }
        let accept = request.headers.value(.accept)
        if !Self.isChoice(accept), !request.isFromPerson { return self }
        guard headers.value(.contentType) == "application/json" else { return self }
        var response = self
        switch encoding(of: document, accept) {
        case .json:
            guard request.isFromPerson else { return self }
            response.body = .bytes(JSON.object(document).bytes(.pretty) + [UInt8(ascii: "\n")])
        case .yaml:
            response.headers[.contentType] = ContentEncoding.yaml.mediaType
            let lines = YAMLText.lines(document).map { "\($0)\n" }
            response.body = .string(lines.joined())
        case .protobuf:
            guard let bytes = ProtobufCodec.kubernetes.encode(document) else { return self }
            response.headers[.contentType] = ContentEncoding.protobuf.mediaType
            response.body = .bytes(bytes)
        }
        return response
    }

    /// Whether the client says more than most, who take JSON.
    private static func isChoice(_ accept: String?) -> Bool { !(accept == nil || accept == "" || accept == "application/json") }

    /// What cannot be had at all is told as JSON.
    private func encoding(of document: JSONObject, _ accept: String?) -> ContentEncoding {
        guard Self.isChoice(accept) else { return .json }
        let (apiVersion, kind) = (document.string(.apiVersion) ?? "", document.string(.kind) ?? "")
        for range in MediaRange.parse(accept) {
            // A refusal is never turned into something else.
            if range.target != nil, status.code >= 400 { continue }
            let encoding = range.encodings.first {
                $0 != .protobuf || ProtobufCodec.kubernetes.knows(apiVersion: apiVersion, kind: kind)
            }
            if let encoding { return encoding }
        }
        return .json
    }
}

extension Request {
    /// Whether somebody reads the answer: `?pretty=true`, a browser, curl.
    fileprivate var isFromPerson: Bool {
        if let pretty = query["pretty"], !pretty.isEmpty {
            return ["1", "t", "T", "true", "True", "TRUE"].contains(pretty)
        }
        let agent = headers.value(.userAgent) ?? ""
        return ["curl", "Wget", "Mozilla/5.0"].contains { agent.hasPrefix($0) }
    }
}

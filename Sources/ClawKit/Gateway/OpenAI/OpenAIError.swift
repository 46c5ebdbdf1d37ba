public import ClawBase
public import ClawDocuments
public import HTTPTypes

/// An error in OpenAI's form: `{"error":{"message","type","param","code"}}`.
///
/// Made here, or taken over from an upstream with whatever members that one added.
public struct OpenAIError: Error, Sendable, Hashable {
    /// The whole body.
    public let document: JSONObject

    /// - Parameters:
    ///   - type: OpenAI's class of error, `invalid_request_error` by default.
    ///   - param: the request's member that is wrong.
    ///   - code: what programs match on.
    public init(
        _ message: String, type: String = "invalid_request_error", param: String? = nil, code: String? = nil
    ) {
        document = [
            "error": [
                "message": .string(message), "type": .string(type), "param": param.map(JSON.string) ?? .null,
                "code": code.map(JSON.string) ?? .null,
            ]
        ]
    }

    /// Takes over an upstream's error: OpenAI's own form, or the bare `{"object":"error","message":…}` of some
    /// servers, or a message only (`{"error":"…"}`). Nil where the value is none of these.
    public init?(from json: JSON) {
        if let object = json.object, case .object(let error)? = object["error"], error["message"]?.string != nil {
            self.init(document: object)
            return
        }
        let bare = json["error"]?.string ?? (json["object"]?.string == "error" ? json["message"]?.string : nil)
        guard let bare else { return nil }
        self.init(
            bare, type: json["type"]?.string ?? "upstream_error", param: json["param"]?.string,
            code: json["code"].map { $0.string ?? $0.description })
    }

    public var message: String { document["error"]?["message"]?.string ?? "" }
    public var code: String? { document["error"]?["code"]?.string }

    public func response(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .bytes(JSON.object(document).bytes()))
    }

    /// The error as an event of a stream whose response has begun: OpenAI's SDKs raise it.
    public var event: [UInt8] { ServerSentEvent(data: document.description).encoded }

    /// The same error with every occurrence of `secret` gone, in names and values at any depth.
    func redacting(_ secret: String) -> OpenAIError {
        guard !secret.isEmpty else { return self }
        func clean(_ json: JSON) -> JSON {
            switch json {
            case .string(let text): .string(text.replacing(secret, with: "[redacted]"))
            case .array(let elements): .array(elements.map(clean))
            case .object(let object):
                .object(JSONObject(object.map { ($0.name.replacing(secret, with: "[redacted]"), clean($0.value)) }))
            default: json
            }
        }
        return OpenAIError(document: clean(.object(document)).object ?? [:])
    }

    private init(document: JSONObject) { self.document = document }
}

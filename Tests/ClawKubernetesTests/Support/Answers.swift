import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes
import Synchronization

extension Response {
    /// As bytes, the way a server over a socket answers.
    static func json(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: .bytes(json.bytes()))
    }

    /// A refusal as Kubernetes words it.
    static func refusal(_ code: Int, _ reason: String, _ message: String = "no") -> Response {
        .json(
            [
                "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": .integer(Int64(code)),
                "reason": .string(reason), "message": .string(message),
            ], status: .init(code: code))
    }

    static func stream(_ chunks: [[UInt8]], then end: StreamEnd = .closed) -> Response {
        let rest = Mutex(chunks[...])
        return Response(
            status: .ok,
            body: .stream(
                ByteStream(pulling: {
                    if let chunk = rest.withLock({ $0.popFirst() }) { return chunk }
                    switch end {
                    case .closed: return nil
                    case .broken: throw TransportError(code: .disconnected, message: "the connection broke")
                    case .silent:
                        try await Never.forever()
                        return nil
                    }
                })))
    }
}

enum StreamEnd {
    case closed, broken
    /// Stays open and says nothing more, until cancelled.
    case silent
}

extension Never {
    /// Sleeps until cancelled.
    static func forever() async throws { try await VirtualTime().sleep(for: .seconds(1)) }
}

/// A ConfigMap as a server writes it.
func configMap(_ name: String, version: Int, data: [String: String] = [:]) -> JSON {
    var document: JSON = [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": .string(name), "namespace": "demo", "resourceVersion": .string(String(version))],
    ]
    if !data.isEmpty { document["data"] = .object(JSONObject(data.map { ($0.key, .string($0.value)) })) }
    return document
}

func list(_ items: [JSON], version: Int) -> JSON {
    [
        "apiVersion": "v1", "kind": "ConfigMapList", "metadata": ["resourceVersion": .string(String(version))],
        "items": .array(items),
    ]
}

/// A request's body as JSON.
func document(_ request: Request?) async throws -> JSON {
    try JSONParser.parse(try await (request?.body ?? .empty).collect(limit: 1 << 20))
}

import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import HTTPTypes

struct RawAnswer: Sendable {
    let code: Int
    let contentType: String
    let text: String
    var json: JSON { (try? JSONParser.parse(Array(text.utf8))) ?? .null }
    var reason: String? { json["reason"]?.string }
    var message: String? { json["message"]?.string }
    var names: [String] { (json["items"]?.array ?? []).compactMap { $0["metadata"]?["name"]?.string } }
}

extension EmbeddedCluster {
    /// One exchange as another program would have it: bytes in, bytes out.
    func raw(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, accept: String? = nil,
        type: String = "application/json"
    ) async throws -> RawAnswer {
        var headers: HTTPFields = [:]
        headers[.accept] = accept
        if body != nil { headers[.contentType] = type }
        return try await raw(method, path, headers, body.map { $0.bytes() })
    }

    func raw(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: [UInt8]?
    ) async throws -> RawAnswer {
        let response = try await transport.send(
            Request(method, "https://cluster.test\(path)", headers: headers, body: body.map { .bytes($0) } ?? .empty))
        let bytes = try await response.body.collect(limit: 1 << 24)
        return RawAnswer(
            code: response.status.code, contentType: response.headers[.contentType] ?? "",
            text: String(decoding: bytes, as: UTF8.self))
    }
}

import HTTPTypes

/// A Kubernetes API server, as everything above this layer sees it.
///
/// Two requirements; get, list, apply, watch and the others are extensions. Conform to wrap another API (dry run,
/// impersonation, recording) or to stand in for one.
public protocol KubernetesAPI: Sendable {
    /// One exchange whose answer is a document.
    /// - Throws: ``KubernetesError`` where the server refused, ``TransportError`` where there was no answer,
    ///   `CancellationError`.
    func document(for request: APIRequest) async throws -> JSONObject

    /// One exchange whose answer is a stream: a watch, a log.
    /// - Throws: as above, before the stream begins; the stream itself throws ``TransportError``.
    func stream(for request: APIRequest) async throws -> Body
}

/// The API over a transport: a real cluster by ``CurlTransport``, the embedded one by ``HandlerTransport``.
public struct KubernetesClient: KubernetesAPI {
    private let transport: any Transport
    private let userAgent: String

    /// A bearer token, a client certificate or an impersonated user belong to the transport.
    public init(_ transport: some Transport, userAgent: String = "clawkit") {
        self.transport = transport
        self.userAgent = userAgent
    }

    /// The largest document accepted from a server, in bytes.
    public static let documentLimit = 256 << 20

    public func document(for request: APIRequest) async throws -> JSONObject {
        let response = try await send(request)
        let json = try await decode(response)
        guard (200..<300).contains(response.status.code) else { throw KubernetesError(status: response.status.code, json) }
        guard let object = json.object else { throw KubernetesError.notADocument(request, found: json.typeName) }
        return object
    }

    public func stream(for request: APIRequest) async throws -> Body {
        let response = try await send(request)
        guard (200..<300).contains(response.status.code) else {
            throw KubernetesError(status: response.status.code, try await decode(response))
        }
        return response.body
    }

    private func send(_ request: APIRequest) async throws -> Response {
        var http = request.httpRequest
        http.headers[.userAgent] = userAgent
        return try await transport.send(http)
    }

    private func decode(_ response: Response) async throws -> JSON {
        if let value = response.body.value as? JSON { return value }
        let bytes = try await response.body.collect(limit: Self.documentLimit)
        do {
            return try JSONParser.parse(bytes, limits: .init(bytes: Self.documentLimit))
        } catch {
            guard !(200..<300).contains(response.status.code) else { throw error }
            return .string(String(decoding: bytes.prefix(512), as: UTF8.self))
        }
    }
}

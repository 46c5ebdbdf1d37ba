import HTTPTypes

/// A Kubernetes API server, as everything above this layer sees it.
///
/// Few requirements, of which most stand-ins need but two; get, list, apply, watch and the others are extensions.
/// Conform to wrap another API (dry run, impersonation, recording) or to stand in for one.
public protocol KubernetesAPI: Sendable {
    /// One exchange whose answer is a document.
    /// - Throws: ``KubernetesError`` where the server refused, ``TransportError`` where there was no answer,
    ///   ``SchemaMismatch`` where the answer is not what the request expects, `CancellationError`.
    func document(for request: APIRequest) async throws -> JSONObject

    /// One exchange whose answer is a stream: a watch, a log.
    /// - Throws: as above, before the stream begins; the stream itself throws ``TransportError``.
    func stream(for request: APIRequest) async throws -> Body

    /// One exchange that becomes a WebSocket: exec, attach, port-forward. By default refused.
    /// - Parameter subprotocols: in the order of preference.
    /// - Throws: as above, and `WebSocketError` where the server's handshake is wrong.
    func webSocket(for request: APIRequest, subprotocols: [String]) async throws -> WebSocket

    /// How verbs are to read what comes as a stream; documents are read by this API itself.
    var reading: DocumentReading { get }
}

/// How a server's answers are read.
public struct DocumentReading: Sendable, Hashable {
    /// Whether what is read as a kind is held against the kind's field table: a known member of a wrong type then throws
    /// ``SchemaMismatch`` with its path instead of reading as absent.
    public var checksTypes: Bool
    public var managedFields: JSONParser.ManagedFields

    public init(checksTypes: Bool = true, managedFields: JSONParser.ManagedFields = .lazy) {
        (self.checksTypes, self.managedFields) = (checksTypes, managedFields)
    }
}

extension KubernetesAPI {
    public var reading: DocumentReading { DocumentReading(checksTypes: false) }
}

/// The API over a transport: a real cluster by ``CurlTransport``, the embedded one by ``HandlerTransport``.
public struct KubernetesClient: KubernetesAPI {
    private let transport: any Transport
    private let userAgent: String
    public let reading: DocumentReading

    /// A bearer token or a client certificate belong to the transport.
    /// - Parameter reading: of what comes as bytes; an embedded server's documents are taken as they are.
    public init(_ transport: some Transport, userAgent: String = "clawkit", reading: DocumentReading = DocumentReading()) {
        self.transport = transport
        self.userAgent = userAgent
        self.reading = reading
    }

    /// The largest document accepted from a server, in bytes.
    public static let documentLimit = 256 << 20

    public func document(for request: APIRequest) async throws -> JSONObject {
        let response = try await accepted(request)
        let json = try await decode(response, request)
        guard let object = json.object else {
            throw KubernetesError.notADocument(request, "a JSON \(json.typeName), not an object")
        }
        if reading.checksTypes, response.body.value == nil {
            switch request.expectation {
            case .object(let type): try SchemaCheck.kubernetes.check(object, as: type)
            case .list(let type): try await SchemaCheck.kubernetes.checkConcurrently(listOf: type, object)
            case nil: break
            }
        }
        return object
    }

    public func stream(for request: APIRequest) async throws -> Body { try await accepted(request).body }

    public func webSocket(for request: APIRequest, subprotocols: [String]) async throws -> WebSocket {
        var http = request.httpRequest
        http.headers.setValue(userAgent, for: .userAgent)
        http = .webSocket(
            http.head.path ?? "/", subprotocols: subprotocols, headers: http.headers, headTimeout: http.headTimeout)
        let response = try await transport.send(http)
        if let socket = try response.webSocket(for: http) { return socket }
        throw KubernetesError(status: response.status.code, try await refusal(response))
    }

    /// The response, where its status says yes.
    private func accepted(_ request: APIRequest) async throws -> Response {
        var http = request.httpRequest
        http.headers.setValue(userAgent, for: .userAgent)
        let response = try await transport.send(http)
        if let onWarning = request.onWarning { ServerWarning.all(in: response.headers).forEach(onWarning) }
        guard (200..<300).contains(response.status.code) else {
            throw KubernetesError(status: response.status.code, try await refusal(response))
        }
        return response
    }

    private func decode(_ response: Response, _ request: APIRequest) async throws -> JSON {
        if let value = response.body.value as? JSON { return value }
        let bytes = try await response.body.collect(limit: Self.documentLimit)
        do {
            return try await JSONParser.parseConcurrently(
                bytes, limits: .init(bytes: Self.documentLimit), managedFields: request.managedFields ?? reading.managedFields)
        } catch {
            // A proxy's own page, most likely.
            throw KubernetesError.notADocument(request, "no JSON but \"\(Self.excerpt(bytes))\"")
        }
    }

    /// The `Status` of a refusal; its text where a proxy in between refused; null where it cannot be read: that the
    /// answer was no is known all the same.
    private func refusal(_ response: Response) async throws -> JSON {
        if let value = response.body.value as? JSON { return value }
        do {
            let bytes = try await response.body.collect(limit: Self.refusalLimit)
            if let status = try? JSONParser.parse(bytes) { return status }
            let text = Self.excerpt(bytes)
            return text.isEmpty ? .null : .string(text)
        } catch {
            try Task.checkCancellation()
            return .null
        }
    }

    private static let refusalLimit = 1 << 20

    /// The beginning of a text on one line.
    private static func excerpt(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(256), as: UTF8.self)
        return text.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ")
    }
}

import ClawBase
import ClawDocuments
import HTTPTypes

/// The control plane's HTTP API: JSON in, JSON out, failures as ``Failure``.
struct ControlPlane: Sendable {
    /// No answer but a stream is larger.
    private static let answerLimit = 16 << 20

    let server: String
    /// nil: without having signed in.
    let token: Secret<String>?
    let transport: any Transport

    func get(_ path: String) async throws -> JSON { try await exchange(.get, path) }

    func post(_ path: String, _ body: JSON? = nil) async throws -> JSON { try await exchange(.post, path, body) }
    func patch(_ path: String, _ body: JSON) async throws -> JSON { try await exchange(.patch, path, body) }

    func put(_ path: String, _ body: JSON) async throws -> JSON { try await exchange(.put, path, body) }

    func delete(_ path: String) async throws -> JSON { try await exchange(.delete, path) }

    /// Nil where the control plane answers 404.
    func find(_ path: String) async throws -> JSON? {
        do { return try await get(path) } catch let failure as Failure where failure.status == .notFound { return nil }
    }

    /// One exchange of documents; `null` for an answer without a body.
    private func exchange(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let response = try await accepted(try await send(request(method, path, body)), path)
        let bytes = try await response.body.collect(limit: Self.answerLimit)
        if bytes.isEmpty { return .null }
        guard let json = try? JSONParser.parse(bytes) else { throw notAControlPlane(response) }
        return json
    }

    /// A request with the token; idle and head timeouts fit an answer that a model has to think about.
    func request(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, accept: String = "application/json")
        -> Request
    {
        var headers: HTTPFields = [.accept: accept]
        if let token { headers[.authorization] = "Bearer \(token.reveal())" }
        if body != nil { headers[.contentType] = "application/json" }
        let isStream = accept != "application/json"
        return Request(
            method, path, headers: headers, body: body.map { .bytes($0.bytes()) } ?? .empty,
            headTimeout: isStream ? .seconds(150) : .seconds(30), idleTimeout: isStream ? .seconds(150) : .seconds(60))
    }

    /// - Throws: ``Failure`` (unreachable) where no answer came.
    func send(_ request: Request) async throws -> Response {
        do { return try await transport.send(request) } catch let error as TransportError {
            let reason = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
            throw Failure(
                .unreachable, .unreachable,
                "the control plane at \(server) cannot be reached (\(reason)); "
                    + "start it with \"make up\" or name it with --server")
        }
    }

    /// The response where its status says yes.
    /// - Throws: ``Failure`` with the control plane's finding otherwise.
    func accepted(_ response: Response, _ path: String) async throws -> Response {
        if response.status.kind == .successful { return response }
        let bytes = try await response.body.collect(limit: Self.answerLimit)
        let body = try? JSONParser.parse(bytes)
        guard let finding = Finding(answer: body) else {
            if response.status == .notFound, body == nil { throw notAControlPlane(response) }
            throw Failure(
                response.status == .notFound ? .notFound : .failed, .badAnswer,
                "\(server) answered \(path) with \(response.status.code) and no reason; see the platform's log")
        }
        throw Failure(Self.exitStatus(of: response.status), finding)
    }

    private static func exitStatus(of status: HTTPResponse.Status) -> CommandStatus {
        if status == .notFound { return .notFound }
        return status.kind == .clientError ? .refused : .failed
    }

    private func notAControlPlane(_ response: Response) -> Failure {
        Failure(
            response.status == .notFound ? .notFound : .failed, .badAnswer,
            "\(server) does not answer like a control plane (status \(response.status.code), no JSON); check --server")
    }
}

extension Finding {
    /// Reads `{"code","message","field"?,"details"?}`; nil where it is anything else.
    init?(answer: JSON?) {
        guard let answer, let code = answer["code"]?.string, !code.isEmpty else { return nil }
        var details: [String: String] = [:]
        for (name, value) in answer["details"]?.object ?? JSONObject() { details[name] = Details.short(value) }
        self.init(
            FindingCode(rawValue: code), answer["message"]?.string ?? "the control plane gave no reason",
            field: answer["field"]?.string, details: details)
    }
}

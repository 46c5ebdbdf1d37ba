public import ClawBase
public import ClawDocuments
public import HTTPTypes

/// A request that has found its route.
public struct Call: Sendable {
    public let request: Request
    public let parameters: PathParameters
    /// Who calls, where the route asked for it; see ``RouteAccess``.
    public let principal: Principal?
    /// Names this request in logs and error answers.
    public let requestID: String

    public init(request: Request, parameters: PathParameters, principal: Principal?, requestID: String) {
        self.request = request
        self.parameters = parameters
        self.principal = principal
        self.requestID = requestID
    }

    /// Who calls.
    /// - Throws: ``Finding`` (`E_SESSION`) on a route that lets anybody in.
    public var caller: Principal {
        get throws(Finding) {
            guard let principal else { throw Finding.signInNeeded }
            return principal
        }
    }

    /// Who calls, where it is a user.
    /// - Throws: ``Finding``: `E_SESSION`; `E_FORBIDDEN` for a service account.
    var person: Principal {
        get throws(Finding) {
            let caller = try caller
            guard caller.service == nil else {
                throw Finding(.forbidden, "Service accounts have neither tokens nor passwords here; sign in as a user.")
            }
            return caller
        }
    }

    /// Reads the body as JSON.
    /// - Throws: ``Finding``: `E_BODY_TOO_LARGE`; `E_BAD_REQUEST` with the byte where it stops being JSON.
    public func json(limit: Int = 1 << 20) async throws -> JSON {
        let bytes = try await request.body.collect(limit: limit)
        do {
            return try JSONParser.parse(bytes)
        } catch {
            let what = bytes.isEmpty ? "The request has no body" : "The body is \(error)"
            throw Finding(.badRequest, "\(what); send a JSON object.", field: "body")
        }
    }

    /// Reads the body as a JSON object of known members.
    /// - Throws: ``Finding`` (`E_BAD_REQUEST`) for no object, or a member that is not in `known`.
    public func fields(_ known: Set<String>, limit: Int = 1 << 20) async throws -> BodyFields {
        let value = try await json(limit: limit)
        guard case .object(let object) = value else {
            throw Finding(.badRequest, "The body is \(value.typeName); send a JSON object.", field: "body")
        }
        return try BodyFields(object, known: known)
    }
}

extension Response {
    public static func json(
        _ value: JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .bytes(value.bytes()))
    }

    /// 201 with the object that was made.
    public static func created(_ value: JSON) -> Response { .json(value, status: .created) }

    /// 202: it will be done; the body says how to follow it.
    public static func accepted(_ value: JSON) -> Response { .json(value, status: .accepted) }

    public static var noContent: Response { Response(status: .noContent) }
}

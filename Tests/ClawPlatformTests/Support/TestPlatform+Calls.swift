import ClawBase
import ClawDocuments
import ClawPlatform
import HTTPTypes

struct Answer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let text: String
    var json: JSON { (try? JSONParser.parse(Array(text.utf8))) ?? .null }
    var code: String? { json["code"]?.string }
}

extension TestPlatform {
    /// One call, as the administrator unless said otherwise.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, as token: Secret<String>?
    ) async -> Answer {
        var headers: HTTPFields = [:]
        headers[.authorization] = token.map { "Bearer \($0.reveal())" }
        return await send(
            Request(
                method, "http://claw.test\(path)", headers: headers, body: body.map { .bytes($0.bytes()) } ?? .empty))
    }

    func call(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async -> Answer {
        await call(method, path, body, as: administrator)
    }

    func send(_ request: Request) async -> Answer {
        let response = await controlPlane.handler.respond(to: request)
        let bytes = (try? await response.body.collect(limit: 1 << 22)) ?? []
        return Answer(status: response.status, headers: response.headers, text: String(decoding: bytes, as: UTF8.self))
    }

    /// The operation as it ended: follows its events.
    func end(of answer: Answer) async throws -> JSON {
        guard let id = answer.json["operation"]?["id"]?.string else {
            throw Finding(.internalError, "No operation: \(answer.status) \(answer.text)")
        }
        return try await end(of: id)
    }

    func end(of operation: String) async throws -> JSON {
        let path = "/api/v1/operations/\(operation)/events"
        let events = await call(.get, path).text
        let last = events.split(separator: "\n").last { $0.hasPrefix("data: ") }?.dropFirst(6) ?? "null"
        return try JSONParser.parse(Array(last.utf8))
    }

    /// Tenant `acme` with project `demo`, and users with these roles in it. Returns their tokens.
    func prepareDemo(_ members: [(user: String, role: String)] = [("ada", "owner")]) async throws -> [String: Secret<
        String
    >] {
        var tokens: [String: Secret<String>] = [:]
        _ = await call(.post, "/api/v1/tenants", ["name": "acme"])
        _ = await call(.post, "/api/v1/projects", ["name": "demo", "tenant": "acme"])
        for (user, role) in members {
            let answer = await call(
                .post, "/api/v1/users", ["name": .string(user), "project": "demo", "role": .string(role)])
            guard let token = answer.json["token"]?.string else {
                throw Finding(.internalError, "No user \(user): \(answer.text)")
            }
            tokens[user] = Secret(token)
        }
        return tokens
    }
}

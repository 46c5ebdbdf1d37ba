import ClawBase
import ClawDocuments
import HTTPTypes

/// API tokens: everybody makes, lists and revokes one's own; administrators see and revoke those of all.
struct TokenRoutes: RouteGroup {
    private static let longestDays = 366
    private static let standardDays = 90

    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, "/api/v1/me/tokens",
                "Create a token of one's own, shown this once; it carries and lasts no more than what asks for it",
                tag: "access", audit: "token.create", body: "TokenCreation", status: .created, answer: "NewToken",
                create),
            APIRoute(
                .get, "/api/v1/me/tokens", "List one's own tokens", tag: "access", answer: "TokenList",
                { try await list($0, of: try $0.person.user) }),
            APIRoute(
                .delete, "/api/v1/me/tokens/{token}", "Revoke one of one's own tokens", tag: "access",
                scope: .administer, audit: "token.delete", status: .noContent,
                { try await delete($0, of: try $0.person.user) }),
            APIRoute(
                .get, "/api/v1/users/{user}/tokens", "List a user's tokens", tag: "users", access: .administrator,
                answer: "TokenList", { try await list($0, of: try $0.parameters.label("user").description) }),
            APIRoute(
                .delete, "/api/v1/users/{user}/tokens/{token}", "Revoke one of a user's tokens", tag: "users",
                access: .administrator, audit: "token.delete", status: .noContent,
                { try await delete($0, of: try $0.parameters.label("user").description) }),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["label", "scope", "audiences", "days"], limit: 16 << 10)
        let caller = try call.person
        let label = try fields.string("label")
        let days = try fields.optionalInteger("days") ?? Self.standardDays
        guard label.utf8.count <= 200, (1...Self.longestDays).contains(days) else {
            throw Finding(
                .badRequest, "'label' has at most 200 bytes, and 'days' is from 1 to \(Self.longestDays).",
                field: "days")
        }
        let scope = try fields.optionalCase("scope", of: TokenScope.self) ?? .read
        // Otherwise the least of tokens could make itself the greatest.
        guard scope <= caller.scope else { throw Finding.scopeNeeded(scope, caller.scope) }
        let audiences = try self.audiences(fields)
        let now = services.time.now
        let wished = now + .seconds(days * 86400)
        // A session may make a token that outlives it, as a person's sign-in does; a token may not.
        let end = caller.proof == .session ? wished : min(wished, caller.expiresAt ?? wished)
        let token = Token.random(prefix: UserDirectory.tokenPrefix)
        let credential = User.Credential(
            hash: Token.hash(token.reveal()), label: label, createdAt: now, expiresAt: end, scope: scope,
            audiences: audiences)
        try await services.store.addToken(credential, to: caller.user, at: now)
        await services.audit(
            call, "token.create", "user/\(caller.user)",
            details: ["token": credential.id, "label": label, "scope": scope.rawValue])
        var answer = credential.representation
        answer["token"] = .string(token.reveal())
        return .json(.object(answer), status: .created, headers: [.cacheControl: "no-store"])
    }

    private func audiences(_ fields: BodyFields) throws -> Set<TokenAudience> {
        guard let words = try fields.optionalStrings("audiences") else { return [.controlPlane] }
        let audiences = words.compactMap { TokenAudience(rawValue: $0) }
        guard !audiences.isEmpty, audiences.count == words.count else {
            let known = TokenAudience.allCases.map(\.rawValue).joined(separator: ", ")
            throw Finding(.badRequest, "'audiences' names some of \(known).", field: "audiences")
        }
        return Set(audiences)
    }

    private func list(_ call: Call, of name: String) async throws -> Response {
        let user = try await services.store.require(User.self, name).record
        return .json(.items(user.credentials.map { .object($0.representation) }))
    }

    private func delete(_ call: Call, of name: String) async throws -> Response {
        let id = call.parameters["token"]
        try await services.store.revokeToken(id, of: name)
        try await services.store.endSessions(of: name, begunWith: id, at: services.time.now)
        await services.audit(call, "token.delete", "user/\(name)", details: ["token": String(id.prefix(64))])
        return .noContent
    }
}

extension User.Credential {
    /// `{id, label, scope, audiences, createdAt, expiresAt?}`
    fileprivate var representation: JSONObject {
        var object: JSONObject = [
            "id": .string(id), "label": .string(label), "scope": .string(scope.rawValue),
            "audiences": .array(audiences.map(\.rawValue).sorted().map(JSON.string)),
            "createdAt": .string(createdAt.rfc3339()),
        ]
        object.set("expiresAt", expiresAt?.rfc3339())
        return object
    }
}

public import ClawBase
import ClawDocuments
import ClawLedger
public import ClawPlatform
import HTTPTypes
public import Logging

/// Virtual keys over HTTP, in LiteLLM's words: `/key/generate`, `/key/info`, `/key/list`, `/key/update`, `/key/delete`,
/// `/key/regenerate`; whatever else is asked for goes on to the gateway.
///
///     let handler = KeyService(
///         before: gateway, store: store, administrators: MasterKey(masterKey))
///
/// For administrators; whoever has a key may ask for its `/key/info`. A key is shown when it is made, and never again:
/// what is kept is its hash. A field that would limit something which is not limited here is refused, not ignored.
/// LiteLLM's `user_id`, `team_id` and `organization_id` are the platform's user, project and tenant.
public struct KeyService: Handler {
    let next: any Handler
    let store: any PlatformStore
    let administrators: any KeyAdministrators
    let time: any TimeSource
    let logger: Logger

    public init(
        before next: some Handler, store: some PlatformStore, administrators: some KeyAdministrators,
        time: some TimeSource = .system, logger: Logger = Logger(label: "clawkit.keys")
    ) {
        (self.next, self.store, self.administrators) = (next, store, administrators)
        (self.time, self.logger) = (time, logger)
    }

    public func respond(to request: Request) async -> Response {
        guard let verb = Self.verb(request.path) else { return await next.respond(to: request) }
        do {
            guard request.method == verb.method else {
                throw KeyRefusal(.methodNotAllowed, "\(request.path) takes \(verb.method.rawValue).")
            }
            return try await respond(to: request, verb)
        } catch let refusal as KeyRefusal {
            return refusal.response
        } catch let finding as Finding {
            return KeyRefusal(finding).response
        } catch {
            logger.error("a key could not be administered", metadata: ["error": "\(error)"])
            return KeyRefusal(.internalServerError, "Something failed inside the gateway; see its log.").response
        }
    }

    private enum Verb {
        case generate, info, list, update, delete
        /// Of the key that stands in the path, where one does.
        case regenerate(String?)

        var method: HTTPRequest.Method {
            switch self {
            case .info, .list: .get
            case .generate, .update, .delete, .regenerate: .post
            }
        }
    }

    private static func verb(_ path: Substring) -> Verb? {
        guard path.hasPrefix("/key/") else { return nil }
        let parts = path.dropFirst(5).split(separator: "/", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("generate", 1): return .generate
        case ("info", 1): return .info
        case ("list", 1): return .list
        case ("update", 1): return .update
        case ("delete", 1): return .delete
        case ("regenerate", 1): return .regenerate(nil)
        case (let key?, 2) where parts[1] == "regenerate": return .regenerate(Percent.decode(key))
        default: return nil
        }
    }

    private func respond(to request: Request, _ verb: Verb) async throws -> Response {
        let token = try Self.token(of: request)
        guard let actor = try await administrators.administrator(token) else {
            // Whoever has a key may know what it is good for.
            guard case .info = verb, let own = try await store.modelKey(token)?.record, own.isValid(at: time.now),
                request.query["key"].map({ $0 == token.reveal() || $0 == own.hash || $0 == own.id }) ?? true
            else { throw KeyRefusal(.unauthorized, "Keys are made and changed by administrators only.") }
            return .json(try await information(own, shown: token.reveal()))
        }
        switch verb {
        case .generate: return try await generate(try await fields(of: request), actor)
        case .info:
            guard let key = request.query["key"] else { throw KeyRefusal(.badRequest, "Name the key: ?key=…") }
            return .json(try await information(try await find(key), shown: key))
        case .list: return try await list(request)
        case .update: return try await update(try await fields(of: request), actor)
        case .delete: return try await delete(try await fields(of: request), actor)
        case .regenerate(let key):
            return try await regenerate(key, try await fields(of: request, isOptional: true), actor)
        }
    }

    private static func token(of request: Request) throws -> Secret<String> {
        let header = request.headers[.authorization] ?? ""
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw KeyRefusal(.unauthorized, "No key was sent; send an administrator's as 'Authorization: Bearer …'.")
        }
        return Secret(String(parts[1].drop { $0 == " " }))
    }

    private func fields(of request: Request, isOptional: Bool = false) async throws -> KeyFields {
        let bytes = try await request.body.collect(limit: 256 << 10)
        if bytes.isEmpty, isOptional { return try KeyFields([:]) }
        guard let object = (try? JSONParser.parse(bytes))?.object else {
            throw KeyRefusal(.badRequest, "The body is no JSON object.")
        }
        return try KeyFields(object)
    }

    // MARK: making and changing

    private func generate(_ fields: KeyFields, _ actor: String) async throws -> Response {
        if let alias = try fields.alias { try await checkFree(alias, for: nil) }
        let now = time.now
        let subject = UsageSubject(
            tenant: try fields.tenant, project: try fields.project, user: try fields.user)
        var (record, key) = ModelKey.make(
            label: try fields.alias ?? "", subject: subject, models: try fields.models ?? [], by: actor, at: now)
        if let chosen = try fields.key {
            guard chosen.hasPrefix("sk-"), chosen.utf8.count >= 19, chosen.utf8.count <= 200 else {
                throw KeyRefusal(.badRequest, "A key of one's own begins with 'sk-' and has 16 to 197 characters more.")
            }
            (key, record.hash, record.prefix) = ModelKey.shown(Secret(chosen))
        }
        record.metadata = try fields.metadata ?? [:]
        record.expiresAt = try fields.expiry(from: now) ?? nil
        let limits = try fields.limits(now: now, present: [])
        do {
            try await store.issue(record, limits: limits.compactMap(\.value))
        } catch let finding as Finding where finding.code == .alreadyExists {
            throw KeyRefusal(.badRequest, "There is such a key already.")
        }
        await audit(actor, "key.create", record)
        return .json(try await shown(record, key), headers: [.cacheControl: "no-store"])
    }

    private func update(_ fields: KeyFields, _ actor: String) async throws -> Response {
        guard let shown = try fields.key else { throw KeyRefusal(.badRequest, "Name the key: 'key'.") }
        let changed = try await change(try await find(shown), fields, actor, "key.update") { _ in }
        var answer = try await describe(changed)
        answer["key"] = .string(shown)
        return .json(.object(answer))
    }

    private func regenerate(_ named: String?, _ fields: KeyFields, _ actor: String) async throws -> Response {
        guard let shown = try named ?? fields.key else { throw KeyRefusal(.badRequest, "Name the key: 'key'.") }
        let (fresh, hash, prefix) = ModelKey.secret()
        let changed = try await change(try await find(shown), fields, actor, "key.regenerate") {
            ($0.hash, $0.prefix) = (hash, prefix)
        }
        return .json(try await self.shown(changed, fresh), headers: [.cacheControl: "no-store"])
    }

    private func change(
        _ found: ModelKey, _ fields: KeyFields, _ actor: String, _ action: String,
        _ more: @escaping @Sendable (inout ModelKey) -> Void
    ) async throws -> ModelKey {
        if let alias = try fields.alias { try await checkFree(alias, for: found.id) }
        let now = time.now
        let limits = try fields.limits(now: now, present: try await store.limits(of: .key(found.id)).map(\.record))
        let expiry = try fields.expiry(from: now)
        let changed = try await store.changeModelKey(found.id, limits: limits) { key in
            guard key.revokedAt == nil else { throw KeyRefusal.unknown }
            key.label = try fields.alias ?? key.label
            key.models = try fields.models ?? key.models
            key.metadata = try fields.metadata ?? key.metadata
            if let expiry { key.expiresAt = expiry }
            key.subject.tenant = try fields.tenant ?? key.subject.tenant
            key.subject.project = try fields.project ?? key.subject.project
            key.subject.user = try fields.user ?? key.subject.user
            more(&key)
        }
        await audit(actor, action, changed)
        return changed
    }

    private func delete(_ fields: KeyFields, _ actor: String) async throws -> Response {
        var found: [(shown: String, key: ModelKey)] = []
        for shown in try fields.keys { found.append((shown, try await find(shown))) }
        for alias in try fields.aliases {
            let named = try await store.modelKeys(labelled: alias).map(\.record).filter { $0.revokedAt == nil }
            guard !named.isEmpty else { throw KeyRefusal.unknown }
            found += named.map { ($0.hash, $0) }
        }
        guard !found.isEmpty else { throw KeyRefusal(.badRequest, "Name the keys: 'keys' or 'key_aliases'.") }
        for (_, key) in found {
            try await store.revokeModelKey(key.id, at: time.now)
            await audit(actor, "key.delete", key)
        }
        return .json(["deleted_keys": .array(found.map { .string($0.shown) })])
    }

    // MARK: looking up

    private func list(_ request: Request) async throws -> Response {
        func number(_ name: String, _ standard: Int, _ range: ClosedRange<Int>) throws -> Int {
            guard let text = request.query[name] else { return standard }
            guard let number = Int(text), range.contains(number) else {
                throw KeyRefusal(.badRequest, "'\(name)' is a number from \(range.lowerBound) to \(range.upperBound).")
            }
            return number
        }
        let (page, size) = (try number("page", 1, 1...100_000), try number("size", 10, 1...100))
        var (all, after) = ([ModelKey](), String?.none)
        repeat {
            let more = try await store.list(ModelKey.self, after: after)
            all += more.map(\.record).filter { $0.revokedAt == nil }
            after = more.count == 1000 ? more.last?.record.key : nil
        } while after != nil
        if let alias = request.query["key_alias"] { all.removeAll { $0.label != alias } }
        if let user = request.query["user_id"] { all.removeAll { $0.subject.user != user } }
        if let team = request.query["team_id"] { all.removeAll { $0.subject.project != team } }
        if let tenant = request.query["organization_id"] { all.removeAll { $0.subject.tenant != tenant } }
        if let hash = request.query["key_hash"] { all.removeAll { $0.hash != hash } }
        let shown = all.dropFirst((page - 1) * size).prefix(size)
        var keys: [JSON] = []
        for key in shown {
            keys.append(
                request.query.flag("return_full_object") ? .object(try await describe(key)) : .string(key.hash))
        }
        return .json([
            "keys": .array(keys), "total_count": .integer(Int64(all.count)), "current_page": .integer(Int64(page)),
            "total_pages": .integer(Int64((all.count + size - 1) / size)),
        ])
    }

    /// A key as it is shown, by its hash, or by its id.
    private func find(_ shown: String) async throws -> ModelKey {
        var found: ModelKey?
        if shown.hasPrefix("sk-") { found = try await store.modelKey(Secret(shown))?.record }
        if found == nil { found = try await store.modelKey(hash: shown)?.record }
        if found == nil, shown.utf8.count <= 64 { found = try await store.get(ModelKey.self, shown)?.record }
        guard let found, found.revokedAt == nil else { throw KeyRefusal.unknown }
        return found
    }

    private func checkFree(_ alias: String, for id: String?) async throws {
        let others = try await store.modelKeys(labelled: alias).map(\.record)
        guard !others.contains(where: { $0.id != id && $0.isValid(at: time.now) }) else {
            throw KeyRefusal(.badRequest, "There is a key with the alias '\(alias.prefix(128))' already.")
        }
    }

    private func audit(_ actor: String, _ action: String, _ key: ModelKey) async {
        let entry = AuditEntry(
            at: time.now, actor: actor, action: action, target: "key/\(key.id)", details: ["label": key.label])
        do { try await store.create(entry) } catch {
            logger.error("an audit entry could not be kept", metadata: ["action": "\(action)", "error": "\(error)"])
        }
    }
}

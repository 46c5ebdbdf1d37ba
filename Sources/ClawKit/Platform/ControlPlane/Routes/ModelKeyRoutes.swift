import ClawBase
import ClawDocuments
import ClawLedger
import HTTPTypes

/// Keys for models: administrators make them; whoever they are for sees and ends them.
struct ModelKeyRoutes: RouteGroup {
    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, "/api/v1/keys", "Create a model key, which is shown this once", tag: "keys",
                access: .administrator, audit: "key.create", body: "ModelKeyCreation", status: .created,
                answer: "NewModelKey", create),
            APIRoute(
                .get, "/api/v1/keys", "List the caller's model keys; all for administrators, or with ?user= or ?project=",
                tag: "keys", answer: "ModelKeyList", list),
            APIRoute(.get, "/api/v1/keys/{key}", "Show a model key", tag: "keys", answer: "ModelKey") {
                .json(try await shown(try await find($0)))
            },
            APIRoute(
                .delete, "/api/v1/keys/{key}", "End a model key, and answers that are streamed to it", tag: "keys",
                audit: "key.delete", status: .noContent, delete),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields([
            "label", "tenant", "project", "user", "models", "expiresAt", "limits", "allowsEstimates",
            "cacheSeconds",
        ])
        var expiresAt: Timestamp?
        if let text = try fields.optionalString("expiresAt") {
            guard let time = Timestamp(rfc3339: text), time > services.time.now else {
                throw Finding(.badRequest, "'expiresAt' is a time to come, as 2030-01-02T03:04:05Z.", field: "expiresAt")
            }
            expiresAt = time
        }
        let subject = UsageSubject(
            tenant: try fields.optionalLabel("tenant")?.description,
            project: try fields.optionalLabel("project")?.description, user: try fields.optionalLabel("user")?.description)
        var (record, key) = ModelKey.make(
            label: try fields.optionalString("label") ?? "", subject: subject,
            models: try fields.optionalStrings("models") ?? [], by: try call.caller.user, expiresAt: expiresAt,
            at: services.time.now)
        record.allowsEstimates = try fields.optionalBool("allowsEstimates") ?? false
        if let seconds = try fields.optionalInteger("cacheSeconds") {
            guard (0...31_622_400).contains(seconds) else {
                throw Finding(.badRequest, "'cacheSeconds' is from 0, for never, to 31622400, a year.", field: "cacheSeconds")
            }
            record.cacheSeconds = seconds
        }
        var limits: [UsageLimit] = []
        for (index, element) in (fields.object["limits"]?.array ?? []).enumerated() {
            guard let object = element.object else {
                throw Finding(.badRequest, "'limits' is an array of objects.", field: "limits[\(index)]")
            }
            let limit = try BodyFields(object, known: LimitFields.known.union(["name"]), path: "limits[\(index)].")
            limits.append(try LimitFields.limit(limit, UsageLimitID(of: .key(record.id), try limit.string("name"))))
        }
        try await services.store.issue(record, limits: limits)
        await services.audit(call, "key.create", "key/\(record.id)", details: ["label": record.label])
        var answer = record.object(limits)
        answer["key"] = .string(key.reveal())
        return .json(.object(answer), status: .created, headers: [.cacheControl: "no-store"])
    }

    private func list(_ call: Call) async throws -> Response {
        let (caller, query) = (try call.caller, call.request.query)
        var holder: UsageHolder?
        if let user = query["user"] { holder = .user(user) } else if let project = query["project"] { holder = .project(project) }
        if !caller.isAdministrator {
            guard holder == nil || holder == .user(caller.user) else {
                throw Finding(.forbidden, "Only administrators see others' keys; ask one.")
            }
            holder = .user(caller.user)
        }
        var (found, after) = ([ModelKey](), String?.none)
        repeat {
            let page =
                if let holder { try await services.store.modelKeys(of: holder, after: after) } else {
                    try await services.store.list(ModelKey.self, after: after)
                }
            found += page.map(\.record)
            after = page.count == 1000 ? page.last?.record.key : nil
        } while after != nil
        return .json(.items(found.filter { $0.revokedAt == nil }.map { .object($0.object(nil)) }))
    }

    private func delete(_ call: Call) async throws -> Response {
        let key = try await find(call)
        try await services.store.revokeModelKey(key.id, at: services.time.now)
        await services.audit(call, "key.delete", "key/\(key.id)", details: ["label": key.label])
        return .noContent
    }

    private func find(_ call: Call) async throws -> ModelKey {
        let (caller, id) = (try call.caller, call.parameters["key"])
        let found = id.utf8.count <= 64 ? try await services.store.get(ModelKey.self, id)?.record : nil
        guard let found, found.revokedAt == nil, caller.isAdministrator || found.subject.user == caller.user else {
            throw Finding(.notFound, "There is no model key '\(id.prefix(80))'; check its id.")
        }
        return found
    }

    private func shown(_ key: ModelKey) async throws -> JSON {
        .object(key.object(try await services.store.limits(of: .key(key.id)).map(\.record)))
    }
}

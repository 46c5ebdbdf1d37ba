import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// Capacity from elsewhere: administrators register it; whoever has the enrolment token enrols it, once, and tells from
/// then on that it is alive with a token that the platform has signed.
struct CapacityRoutes: RouteGroup {
    private let services: PlatformServices
    private let capacities: ObjectCache<RemoteCapacity>
    private let beats = CapacityBeats()
    private static let collection = "/api/v1/capacity"
    private static let one = "\(collection)/{capacity}"
    /// How long an enrolment token holds, and the token that is got for it.
    private static let enrolmentLifetime = Duration.seconds(900)
    private static let tokenLifetime = Duration.seconds(86_400)
    private static let fields: Set<String> = [
        "name", "endpoint", "runtimes", "projects", "labels", "heartbeatSeconds", "lostAfterSeconds",
    ]

    init(_ services: PlatformServices) {
        self.services = services
        capacities = services.caches.cache(RemoteCapacity.self)
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, Self.collection, "Register capacity, with an enrolment token that is shown this once",
                tag: "capacity", access: .administrator, audit: "capacity.create", body: "CapacityCreation",
                status: .created, answer: "NewCapacity", create),
            APIRoute(
                .get, Self.collection, "List the capacity from elsewhere", tag: "capacity", access: .administrator,
                answer: "CapacityList", list),
            APIRoute(
                .get, Self.one, "Show capacity", tag: "capacity", access: .administrator, answer: "Capacity", show),
            APIRoute(
                .patch, Self.one, "Drain capacity, or let it take runtimes again", tag: "capacity",
                access: .administrator, audit: "capacity.change", body: "CapacityChange", answer: "Capacity", change),
            APIRoute(
                .delete, Self.one, "Remove capacity; its token is void", tag: "capacity", access: .administrator,
                audit: "capacity.delete", status: .noContent, delete),
            APIRoute(
                .post, "\(Self.one)/enrolment", "Make another enrolment token", tag: "capacity", access: .administrator,
                audit: "capacity.enrolment", status: .created, answer: "NewCapacity", renew),
            APIRoute(
                .post, "\(Self.one)/enrol", "Enrol as this capacity; the answer has the token for heartbeats",
                tag: "capacity", access: .anybody, audit: "capacity.enrol", body: "CapacityEnrolment",
                answer: "EnrolledCapacity", enrol),
            APIRoute(
                .post, "\(Self.one)/heartbeat", "Say that this capacity is alive", tag: "capacity", access: .anybody,
                body: "CapacityHeartbeat", answer: "HeardCapacity", heartbeat),
        ]
    }

    // MARK: administrators

    private func list(_ call: Call) async throws -> Response {
        let found = try await services.api.list(RemoteCapacity.self).items.sorted { $0.name < $1.name }
        return .json(.items(found.map { .object($0.representation) }))
    }

    private func show(_ call: Call) async throws -> Response { .json(.object(try await find(call).representation)) }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(Self.fields)
        let endpoint = try fields.string("endpoint")
        _ = try CapacityAddress(endpoint)
        let projects = try fields.optionalStrings("projects") ?? []
        for project in projects where project != "*" { _ = try DNSLabel(project, field: "projects") }
        var spec = RemoteCapacitySpec(
            endpoint: endpoint, runtimes: try fields.optionalInteger("runtimes") ?? 1, projects: projects)
        if let seconds = try fields.optionalInteger("heartbeatSeconds") { spec.heartbeatSeconds = seconds }
        if let seconds = try fields.optionalInteger("lostAfterSeconds") { spec.lostAfterSeconds = seconds }
        let labels = try fields.optionalStrings("labels") ?? []
        var marks: [String: String] = [:]
        for label in labels {
            let parts = label.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw Finding(.badRequest, "'\(label.prefix(64))' is no label; write name=value.", field: "labels")
            }
            marks[String(parts[0])] = String(parts[1])
        }
        let made = try await services.api.create(
            RemoteCapacity(name: try fields.label("name").description, labels: marks, spec: spec))
        return try await invite(made, call, "capacity.create")
    }

    private func renew(_ call: Call) async throws -> Response {
        try await invite(try await find(call), call, "capacity.enrolment")
    }

    /// The token is nowhere else than in the answer; a later one makes it void.
    private func invite(_ capacity: RemoteCapacity, _ call: Call, _ deed: String) async throws -> Response {
        let token = Token.random(prefix: CapacityToken.enrolmentPrefix)
        let end = services.time.now + Self.enrolmentLifetime
        let enrolment = CapacityEnrolment(tokenHash: Token.hash(token.reveal()), expiresAt: end.rfc3339())
        let now = try await services.api.mergePatch(
            RemoteCapacity.self, capacity.name, subresource: "status",
            ["metadata": ["uid": .string(capacity.uid ?? "")], "status": ["enrolment": .object(enrolment.document)]])
        await services.audit(call, deed, "capacity/\(capacity.name)")
        var answer = now.representation
        answer["enrolmentToken"] = .string(token.reveal())
        answer["enrolmentExpiresAt"] = .string(end.rfc3339())
        return .json(.object(answer), status: .created, headers: [.cacheControl: "no-store"])
    }

    private func change(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["drain"])
        let capacity = try await find(call)
        guard let drain = try fields.optionalBool("drain") else {
            throw Finding(.badRequest, "'drain' is missing; send true or false.", field: "drain")
        }
        let changed = try await services.api.mergePatch(
            RemoteCapacity.self, capacity.name,
            ["metadata": ["uid": .string(capacity.uid ?? "")], "spec": ["drain": .bool(drain)]])
        await services.audit(call, "capacity.change", "capacity/\(capacity.name)", details: ["drain": "\(drain)"])
        return .json(.object(changed.representation))
    }

    private func delete(_ call: Call) async throws -> Response {
        let capacity = try await find(call)
        try await services.api.deleteIfPresent(RemoteCapacity.self, capacity.name, uid: capacity.uid)
        await services.audit(call, "capacity.delete", "capacity/\(capacity.name)")
        return .noContent
    }

    private func find(_ call: Call) async throws -> RemoteCapacity {
        let name = try call.parameters.label("capacity").description
        guard let capacity = try await services.api.find(RemoteCapacity.self, name) else {
            throw Finding(.notFound, "There is no capacity '\(name)'; see the list.")
        }
        return capacity
    }

    // MARK: the capacity itself

    private func enrol(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["enrolmentToken", "programToken"], limit: 16 << 10)
        let shown = Secret(try fields.string("enrolmentToken"))
        let program = try fields.optionalString("programToken")
        // It goes into a header.
        let bytes = program?.utf8.map(\.self) ?? [0x2D]
        guard (1...1024).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Finding(.badRequest, "'programToken' is 1 to 1024 visible characters.", field: "programToken")
        }
        let name = try call.parameters.label("capacity").description
        let peer = "capacity:\(services.origin(of: call.request))"
        try services.throttle.admit(peer)
        guard let capacity = try await services.api.find(RemoteCapacity.self, name),
            let enrolment = capacity.status.enrolment,
            ConstantTime.equal(enrolment.tokenHash, Token.hash(shown.reveal())),
            let end = Timestamp(rfc3339: enrolment.expiresAt), services.time.now < end
        else {
            services.throttle.noteFailure(peer)
            throw CapacityToken.unusable
        }
        var enrolled = capacity
        enrolled.status.enrolment = nil
        enrolled.status.epoch += 1
        do {
            // By its version: of several who show the token at once one gets in.
            enrolled = try await services.api.replaceStatus(enrolled)
        } catch let error as KubernetesError where error.isConflict {
            throw CapacityToken.unusable
        }
        try await keep(program, of: enrolled)
        services.throttle.noteSuccess(peer)
        await services.audit(call, "capacity.enrol", "capacity/\(name)")
        return .json(.object(signed(enrolled)), headers: [.cacheControl: "no-store"])
    }

    /// By which its program knows the platform.
    private func keep(_ program: String?, of capacity: RemoteCapacity) async throws {
        let name = RemoteCapacity.secretPrefix + capacity.name
        guard let program else {
            try await services.api.deleteIfPresent(KubernetesSecret.self, name, in: PlatformSettings.namespace)
            return
        }
        try await PlatformSettings.makeNamespace(in: services.api)
        var secret = KubernetesSecret(
            metadata: ObjectMeta(
                name: name, namespace: PlatformSettings.namespace,
                ownerReferences: [OwnerReference(controlling: capacity)]),
            data: ["token": Base64.encode(Array(program.utf8))], type: "Opaque")
        secret.metadata.labels = ["app.kubernetes.io/managed-by": "clawkit"]
        _ = try await services.api.apply(secret, manager: "clawkit-control-plane", force: true)
    }

    private func signed(_ capacity: RemoteCapacity) -> JSONObject {
        let now = services.time.now
        let token = services.signer.sign(
            Session(
                id: capacity.uid ?? "", user: CapacityToken.user(capacity.name), issuedAt: now,
                expiresAt: now + Self.tokenLifetime, epoch: capacity.status.epoch))
        return [
            "token": .string(token.reveal()), "expiresAt": .string((now + Self.tokenLifetime).rfc3339()),
            "heartbeatSeconds": .integer(Int64(capacity.spec.heartbeatSeconds)),
        ]
    }

    private func heartbeat(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["token", "ready"], limit: 16 << 10)
        let name = try call.parameters.label("capacity").description
        let (token, ready) = (Secret(try fields.string("token")), try fields.optionalBool("ready") ?? true)
        let now = services.time.now
        try await services.signer.learnKey(of: token)
        let session = try services.signer.verify(token, now: now)
        // A heartbeat reads nothing from the cluster: by the cache.
        guard session.user == CapacityToken.user(name) else { throw CapacityToken.unusable }
        var known = capacities.get(name)
        if known?.uid != session.id || known?.status.epoch != session.epoch {
            // It may have been enrolled a moment ago; a token that is void asks the cluster no more than a few times.
            let peer = "capacity:\(services.origin(of: call.request))"
            try services.throttle.admit(peer)
            services.throttle.noteFailure(peer)
            known = try await services.api.find(RemoteCapacity.self, name)
        }
        guard let capacity = known, capacity.uid == session.id, capacity.status.epoch == session.epoch else {
            throw CapacityToken.unusable
        }
        if try beats.hear(capacity, ready: ready, at: now) {
            try await services.api.mergePatch(
                RemoteCapacity.self, name, subresource: "status",
                [
                    "metadata": ["uid": .string(session.id)],
                    "status": ["lastHeartbeat": .string(now.rfc3339(fractionDigits: 3)), "ready": .bool(ready)],
                ])
        }
        var answer: JSONObject = [
            "phase": .string((capacity.status.phase ?? .trusted).rawValue), "drain": .bool(capacity.spec.drain),
            "heartbeatSeconds": .integer(Int64(capacity.spec.heartbeatSeconds)),
        ]
        if session.expiresAt - now < Self.tokenLifetime / 2 {
            for (name, value) in signed(capacity) { answer[name] = value }
        }
        return .json(.object(answer), headers: [.cacheControl: "no-store"])
    }
}

enum CapacityToken {
    static let enrolmentPrefix = "claw-enrol"
    static let unusable = Finding(
        .session,
        "The token is not known, was used already, or has expired; ask an administrator for an enrolment token.")
    /// No user can be called so: a token of capacity opens nothing else.
    static func user(_ capacity: String) -> String { "capacity/\(capacity)" }
}

extension RemoteCapacity {
    /// `{name, endpoint, runtimes, projects, labels, drain, phase, message?, allocated, ready?, lastHeartbeat?,
    /// createdAt}`
    var representation: JSONObject {
        var object = JSONObject()
        object.set("name", name)
        object.set("endpoint", spec.endpoint)
        object["runtimes"] = .integer(Int64(spec.runtimes))
        object["projects"] = .array(spec.projects.map(JSON.string))
        object["labels"] = .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        object["drain"] = .bool(spec.drain)
        object.set("phase", (status.phase ?? .registered).rawValue)
        let message = status.conditions.first { $0.type == "Available" }?.message ?? ""
        object.set("message", message.isEmpty ? nil : message)
        object["allocated"] = .integer(Int64(status.allocated))
        if let ready = status.ready { object["ready"] = .bool(ready) }
        object.set("lastHeartbeat", status.lastHeartbeat)
        object.set("createdAt", metadata.creationTimestamp)
        return object
    }
}

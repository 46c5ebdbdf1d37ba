import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// Capacity from elsewhere, as administrators register, drain and remove it.
struct CapacityRoutes: RouteGroup {
    private let services: PlatformServices
    private static let collection = "/api/v1/capacity"
    static let one = "\(collection)/{capacity}"
    /// How long an enrolment token holds.
    private static let enrolmentLifetime = Duration.seconds(900)
    private static let fields: Set<String> = [
        "name", "endpoint", "runtimes", "projects", "labels", "heartbeatSeconds", "lostAfterSeconds",
        "mutualTLS",
    ]

    init(_ services: PlatformServices) { self.services = services }

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
                .post, "\(Self.one)/revoke", "Take the trust in capacity back: its token or certificate is void at once",
                tag: "capacity", access: .administrator, audit: "capacity.revoke", answer: "Capacity", revoke),
        ]
    }

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
        if let only = try fields.optionalBool("mutualTLS"), only {
            guard endpoint.lowercased().hasPrefix("https://") else { throw Finding.needsMutualTLS }
            spec.mutualTLS = true
        }
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

    /// Whoever holds its token or certificate is a stranger from now on, until it is enrolled again.
    private func revoke(_ call: Call) async throws -> Response {
        let name = try await find(call).name
        let revoked = try await services.api.edit(
            RemoteCapacity.self, name, subresource: "status", time: services.time
        ) { capacity in
            capacity.status.epoch += 1
            (capacity.status.trust, capacity.status.phase) = (.revoked, .revoked)
            (capacity.status.certificates, capacity.status.enrolment) = ([], nil)
            (capacity.status.lastHeartbeat, capacity.status.leaving) = (nil, false)
        }
        await services.audit(call, "capacity.revoke", "capacity/\(revoked.name)")
        return .json(.object(revoked.representation))
    }

    private func find(_ call: Call) async throws -> RemoteCapacity {
        let name = try call.parameters.label("capacity").description
        guard let capacity = try await services.api.find(RemoteCapacity.self, name) else {
            throw Finding(.notFound, "There is no capacity '\(name)'; see the list.")
        }
        return capacity
    }
}

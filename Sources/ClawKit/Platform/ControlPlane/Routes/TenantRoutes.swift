import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Tenants: for administrators.
struct TenantRoutes: RouteGroup {
    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, "/api/v1/tenants", "Create a tenant", tag: "tenants", access: .administrator,
                audit: "tenant.create", body: "TenantCreation", status: .created, answer: "Tenant", create),
            APIRoute(
                .get, "/api/v1/tenants", "List the tenants", tag: "tenants", access: .administrator,
                answer: "TenantList", list),
            APIRoute(
                .get, "/api/v1/tenants/{tenant}", "Show a tenant", tag: "tenants", access: .administrator,
                answer: "Tenant", show),
            APIRoute(
                .patch, "/api/v1/tenants/{tenant}", "Change a tenant's display name or quota", tag: "tenants",
                access: .administrator, audit: "tenant.update", body: "TenantChange", answer: "Tenant", update),
            APIRoute(
                .delete, "/api/v1/tenants/{tenant}",
                "Delete a tenant that has no projects; with ?graceSeconds= one that has some: it is suspended now, and "
                    + "goes with all of them after that time", tag: "tenants",
                access: .administrator, audit: "tenant.delete", status: .noContent, delete),
            APIRoute(
                .post, "/api/v1/tenants/{tenant}/suspend", "Put everything that a tenant runs to rest", tag: "tenants",
                access: .administrator, audit: "tenant.suspend", status: .accepted, answer: "OperationStarted",
                suspend),
            APIRoute(
                .post, "/api/v1/tenants/{tenant}/resume",
                "Bring a suspended tenant back as it was; takes a deletion back whose time has not come",
                tag: "tenants", access: .administrator, audit: "tenant.resume", status: .accepted,
                answer: "OperationStarted", resume),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["name", "displayName", "quota"])
        let name = try fields.label("name")
        var wanted = Tenant(name: name.description, displayName: try fields.optionalString("displayName"))
        wanted.spec.quota = try fields.optionalAmounts("quota") ?? [:]
        let tenant = try await services.api.create(wanted)
        try await services.quotas.setCap(wanted.spec.quota, of: tenant.name)
        await services.audit(call, "tenant.create", "tenant/\(name)")
        return .created(tenant.representation)
    }

    private func list(_ call: Call) async throws -> Response {
        let tenants = try await services.api.list(Tenant.self).items.sorted { $0.name < $1.name }
        return .json(.items(tenants.map(\.representation)))
    }

    private func show(_ call: Call) async throws -> Response {
        .json(try await find(try call.parameters.label("tenant")).representation)
    }

    private func update(_ call: Call) async throws -> Response {
        let fields = try await call.fields(["displayName", "quota"])
        let name = try call.parameters.label("tenant")
        let displayName = try fields.optionalString("displayName")
        let quota = try fields.optionalAmounts("quota")
        _ = try await find(name)
        // What the projects have already is not taken from them.
        if fields.object["quota"] != nil { try await services.quotas.setCap(quota ?? [:], of: name.description) }
        let tenant = try await services.api.edit(Tenant.self, name.description) { live in
            if fields.object["displayName"] != nil { live.spec.displayName = displayName }
            if fields.object["quota"] != nil { live.spec.quota = quota ?? [:] }
        }
        await services.audit(call, "tenant.update", "tenant/\(name)")
        return .json(tenant.representation)
    }

    private func suspend(_ call: Call) async throws -> Response {
        let name = try await find(try call.parameters.label("tenant")).name
        let operation = try await services.tenants.suspend(
            name, by: try call.caller.user, key: call.idempotencyKey)
        return await begun(operation, "tenant.suspend", call)
    }

    private func resume(_ call: Call) async throws -> Response {
        let name = try await find(try call.parameters.label("tenant")).name
        let operation = try await services.tenants.resume(
            name, by: try call.caller.user, key: call.idempotencyKey)
        return await begun(operation, "tenant.resume", call)
    }

    private func begun(_ operation: Operation, _ action: String, _ call: Call) async -> Response {
        await services.audit(call, action, operation.target, details: ["operation": operation.id])
        return .accepted(["operation": operation.representation])
    }

    private func delete(_ call: Call) async throws -> Response {
        let name = try call.parameters.label("tenant")
        let tenant = try await find(name)
        if call.request.query["graceSeconds"] != nil {
            let grace = try call.number("graceSeconds", or: 0, in: 0...31_536_000)
            let operation = try await services.tenants.delete(
                tenant, after: services.time.now + .seconds(grace), by: try call.caller.user, key: call.idempotencyKey)
            return await begun(operation, "tenant.delete", call)
        }
        let projects = try await services.projects().filter { $0.tenant == name.description }.map(\.name)
        guard projects.isEmpty else {
            throw Finding(
                .inUse,
                "Tenant '\(name)' still has projects (\(projects.joined(separator: ", "))); delete them first, or "
                    + "delete it with a time of grace.",
                details: ["projects": projects.joined(separator: ",")])
        }
        try await services.api.delete(Tenant.self, name.description, propagation: .background, uid: tenant.uid)
        await services.audit(call, "tenant.delete", "tenant/\(name)")
        return .noContent
    }

    private func find(_ name: DNSLabel) async throws -> Tenant {
        guard let tenant = try await services.api.find(Tenant.self, name.description) else {
            throw Finding(.notFound, "There is no tenant '\(name)'; check the name.")
        }
        return tenant
    }
}

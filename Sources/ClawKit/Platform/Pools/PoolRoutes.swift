import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Pools of a project: members see them; owners, managers and administrators keep them.
struct PoolRoutes: RouteGroup {
    private static let collection = "/api/v1/projects/{project}/pools"
    private static let one = "/api/v1/projects/{project}/pools/{pool}"
    private static let fields: Set<String> = [
        "template", "size", "max", "hitPercent", "windowSeconds", "maxAgeSeconds", "startSeconds", "update",
        "driver",
    ]

    private let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(.get, Self.collection, "List a project's pools", tag: "pools", answer: "PoolList", list),
            APIRoute(.get, Self.one, "Show a pool", tag: "pools", answer: "Pool", show),
            APIRoute(
                .put, Self.one, "Keep pods of a template warm, or change how many", tag: "pools", audit: "pool.set",
                body: "PoolDeclaration", answer: "Pool", set),
            APIRoute(
                .delete, Self.one, "Remove a pool with the pods that nobody took", tag: "pools", audit: "pool.delete",
                status: .noContent, delete),
        ]
    }

    private func list(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        let found = try await services.api.list(RuntimePool.self, in: project.name).items.sorted { $0.name < $1.name }
        return .json(.items(found.map(\.representation)))
    }

    private func show(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        return .json(try await find(try call.parameters.label("pool"), in: project).representation)
    }

    private func set(_ call: Call) async throws -> Response {
        let project = try await changeable(call)
        let name = try call.parameters.label("pool")
        let fields = try await call.fields(Self.fields)
        let template = try fields.optionalLabel("template")?.description
        let update = try fields.optionalString("update")
        guard update.map({ RuntimePoolSpec.Update(rawValue: $0) != nil }) ?? true else {
            throw Finding(.badRequest, "update must be OnReplenish or Recreate.", field: "update")
        }
        let driver = try fields.optionalString("driver")
        guard driver.map({ RuntimeSpec.Driver(rawValue: $0) != nil }) ?? true else {
            throw Finding(.badRequest, "driver must be Pod or Sandbox.", field: "driver")
        }
        let numbers = try ["size", "maxAgeSeconds", "startSeconds"].map { ($0, try fields.optionalInteger($0)) }
        let forecast = try ["max", "hitPercent", "windowSeconds"].map { ($0, try fields.optionalInteger($0)) }
        func change(_ spec: inout RuntimePoolSpec) {
            if let template { spec.template = template }
            if let driver { spec.document["driver"] = .string(driver) }
            for (name, value) in numbers { if let value { spec.document[FieldKey(name)] = .integer(Int64(value)) } }
            if let update { spec.document["update"] = .string(update) }
            for (name, value) in forecast {
                guard let value else { continue }
                var stated = spec.forecast ?? PoolForecastSpec(max: max(1, spec.size))
                stated.document[FieldKey(name)] = .integer(Int64(value))
                spec.forecast = stated
            }
        }
        let pool: RuntimePool
        if try await services.api.find(RuntimePool.self, name.description, in: project.name) == nil {
            var spec = RuntimePoolSpec(template: template)
            change(&spec)
            pool = try await services.api.create(RuntimePool(name: name.description, in: project.name, spec: spec))
        } else {
            pool = try await services.api.edit(RuntimePool.self, name.description, in: project.name) {
                change(&$0.spec)
            }
        }
        await services.audit(call, "pool.set", "pool/\(project.name)/\(name)")
        return .json(pool.representation)
    }

    private func delete(_ call: Call) async throws -> Response {
        let project = try await changeable(call)
        let pool = try await find(try call.parameters.label("pool"), in: project)
        try await services.api.delete(
            RuntimePool.self, pool.name, in: project.name, propagation: .background, uid: pool.uid)
        await services.audit(call, "pool.delete", "pool/\(project.name)/\(pool.name)")
        return .noContent
    }

    private func changeable(_ call: Call) async throws -> Project {
        let caller = try call.caller
        let (project, role) = try await services.project(try call.parameters.label("project"), for: caller)
        guard caller.isAdministrator || role?.entersEveryRuntime == true else {
            throw Finding(.forbidden, "Only owners and managers of project \(project.name) keep its pools; ask one.")
        }
        return project
    }

    private func find(_ name: DNSLabel, in project: Project) async throws -> RuntimePool {
        guard let found = try await services.api.find(RuntimePool.self, name.description, in: project.name) else {
            throw Finding(.notFound, "There is no pool \(project.name)/\(name); check the name.")
        }
        return found
    }
}

extension RuntimePool {
    fileprivate var representation: JSON {
        let ready = status.conditions.first { $0.type == "Ready" }
        var object: JSONObject = [
            "name": .string(name), "project": .string(namespace ?? ""), "size": .integer(Int64(spec.size)),
            "wanted": .integer(Int64(status.wanted)), "warm": .integer(Int64(status.warm)),
            "starting": .integer(Int64(status.starting)), "outdated": .integer(Int64(status.outdated)),
            "ready": .bool(ready?.status == "True"), "update": .string(spec.update.rawValue),
            "maxAgeSeconds": .integer(Int64(spec.maxAgeSeconds)), "startSeconds": .integer(Int64(spec.startSeconds)),
        ]
        object.set("template", spec.template)
        object.set("driver", spec.driver?.rawValue)
        if let forecast = spec.forecast { object["forecast"] = .object(forecast.document) }
        object.set("reason", ready.flatMap { $0.status == "True" ? nil : $0.reason })
        object.set("message", ready.flatMap { $0.message.isEmpty ? nil : $0.message })
        object.set("createdAt", metadata.creationTimestamp)
        return .object(object)
    }
}

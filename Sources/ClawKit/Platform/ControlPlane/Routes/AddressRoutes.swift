import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// A project's routes: members see them; owners, managers and administrators make them.
struct AddressRoutes: RouteGroup {
    private let services: PlatformServices
    private let index: RouteIndex
    private static let collection = "/api/v1/projects/{project}/routes"
    private static let one = "/api/v1/projects/{project}/routes/{route}"
    private static let fields: Set<String> = ["name", "host", "path", "runtime", "service", "port", "access", "tlsSecret"]

    init(_ services: PlatformServices, _ index: RouteIndex) { (self.services, self.index) = (services, index) }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, Self.collection, "Give a runtime or a service an address", tag: "routes", audit: "route.create",
                body: "RouteCreation", status: .created, answer: "Route", create),
            APIRoute(.get, Self.collection, "List a project's routes", tag: "routes", answer: "RouteList", list),
            APIRoute(.get, Self.one, "Show a route", tag: "routes", answer: "Route", show),
            APIRoute(
                .delete, Self.one, "Take an address away", tag: "routes", audit: "route.delete", status: .noContent,
                delete),
        ]
    }

    private func list(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        let routes = try await services.api.list(Route.self, in: project.name).items.sorted { $0.name < $1.name }
        return .json(.items(routes.map(\.representation)))
    }

    private func show(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        return .json(try await find(try call.parameters.label("route"), in: project).representation)
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(Self.fields)
        let project = try await changeable(call)
        let wanted = Route(
            metadata: ObjectMeta(name: try fields.label("name").description, namespace: project.name),
            spec: try spec(fields))
        let context = RoutingContext(
            publicURL: services.configuration.publicURL, domain: services.configuration.domain)
        // The cluster asks again where its admission knows of routes; this one also tells where it does not.
        if let finding = RouteRules.findings(wanted, among: index.all(of: wanted.spec.host), context).first {
            throw Finding(finding.code, finding.message, field: "host")
        }
        let route = try await services.api.create(wanted)
        await services.audit(call, "route.create", "route/\(project.name)/\(route.name)", details: ["host": route.spec.host])
        return .created(route.representation)
    }

    private func spec(_ fields: BodyFields) throws(Finding) -> RouteSpec {
        let (host, path) = (try fields.string("host"), try fields.optionalString("path") ?? "/")
        let access = try access(fields)
        let secret = try fields.optionalLabel("tlsSecret")?.description
        switch (try fields.optionalLabel("runtime"), try fields.optionalLabel("service")) {
        case (let runtime?, nil):
            return RouteSpec(host: host, path: path, runtime: runtime.description, access: access, tlsSecret: secret)
        case (nil, let service?):
            guard let port = try fields.optionalInteger("port") else {
                throw Finding(.badRequest, "'port' is missing; name the service's port.", field: "port")
            }
            return RouteSpec(
                host: host, path: path, service: service.description, port: port, access: access, tlsSecret: secret)
        default:
            throw Finding(.badRequest, "Name either a 'runtime' or a 'service' with its 'port'.", field: "runtime")
        }
    }

    private func access(_ fields: BodyFields) throws(Finding) -> RouteAudience {
        guard let text = try fields.optionalString("access") else { return .owner }
        guard let access = RouteAudience(rawValue: text) else {
            let known = RouteAudience.allCases.map(\.rawValue)
            throw Finding(
                .badRequest, "'\(text.prefix(80))' is nobody; known are \(known.joined(separator: ", ")).", field: "access")
        }
        return access
    }

    private func delete(_ call: Call) async throws -> Response {
        let project = try await changeable(call)
        let route = try await find(try call.parameters.label("route"), in: project)
        try await services.api.delete(
            Route.self, route.name, in: project.name, propagation: .background, uid: route.uid)
        await services.audit(call, "route.delete", "route/\(project.name)/\(route.name)")
        return .noContent
    }

    private func changeable(_ call: Call) async throws -> Project {
        let caller = try call.caller
        let (project, role) = try await services.project(try call.parameters.label("project"), for: caller)
        guard caller.isAdministrator || role?.entersEveryRuntime == true else {
            throw Finding(
                .forbidden,
                "Only owners and managers of project \(project.name) say who may enter by which address; ask one.")
        }
        return project
    }

    private func find(_ name: DNSLabel, in project: Project) async throws -> Route {
        guard let route = try await services.api.find(Route.self, name.description, in: project.name) else {
            throw Finding(.notFound, "There is no route \(project.name)/\(name); check the name.")
        }
        return route
    }
}

extension Route {
    fileprivate var representation: JSON {
        var object: JSONObject = [
            "name": .string(name), "project": .string(namespace ?? ""), "host": .string(spec.host),
            "path": .string(spec.path), "access": .string(spec.access.rawValue),
        ]
        object.set("runtime", spec.runtime)
        object.set("service", spec.service?.name)
        if let port = spec.service?.port { object["port"] = .integer(Int64(port)) }
        object.set("tlsSecret", spec.tls?.secretName)
        let routed = status.conditions.first { $0.type == "Routed" }
        object["phase"] = .string(routed == nil ? "Pending" : routed?.status == "True" ? "Routed" : routed?.reason ?? "")
        object.set("reason", routed.flatMap { $0.message.isEmpty ? nil : $0.message })
        object.set("url", status.url)
        object.set("createdAt", metadata.creationTimestamp)
        return .object(object)
    }
}

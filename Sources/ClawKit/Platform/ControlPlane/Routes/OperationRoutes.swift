import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Operations: for whoever asked for them, for the members of their project, for administrators.
struct OperationRoutes: RouteGroup {
    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/api/v1/operations/{operation}", "Show an operation", tag: "operations", answer: "Operation"
            ) { .json(try await find($0).representation) },
            APIRoute(
                .get, "/api/v1/operations/{operation}/events",
                "Follow an operation to its end: server-sent events named 'operation'", tag: "operations", events),
        ]
    }

    private func events(_ call: Call) async throws -> Response {
        let operation = try await find(call)
        return try await OperationEvents(store: services.store, time: services.time)
            .response(following: operation.id, in: services.operations.feed)
    }

    private func find(_ call: Call) async throws -> Operation {
        let caller = try call.caller
        let id = call.parameters["operation"]
        let unknown = Finding(
            .notFound, "There is no operation '\(id.prefix(80))'; finished ones are forgotten after a while.")
        guard id.utf8.count <= 64, let operation = try await services.store.get(Operation.self, id)?.record else {
            throw unknown
        }
        if caller.isAdministrator || operation.actor == caller.user { return operation }
        // Ids cannot be guessed; a stranger learns nothing from one that exists.
        guard let (project, _) = RuntimeTarget.parse(operation.target),
            try await services.api.find(Project.self, project)?.role(of: caller.user) != nil
        else { throw unknown }
        return operation
    }
}

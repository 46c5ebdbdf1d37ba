import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Operations: for whoever asked for them, for the members of their project, for administrators.
struct OperationRoutes: RouteGroup {
    let services: PlatformServices
    private static let one = "/api/v1/operations/{operation}"

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/api/v1/operations",
                "List operations, newest first: one's own, all for administrators, or with ?target= those on a target; "
                    + "at most ?limit= (100), those older than ?before=", tag: "operations", answer: "OperationList", list),
            APIRoute(.get, Self.one, "Show an operation", tag: "operations", answer: "Operation") {
                .json(try await find($0).representation)
            },
            APIRoute(
                .get, "\(Self.one)/events", "Follow an operation to its end: server-sent events named 'operation'",
                tag: "operations", events),
            APIRoute(
                .post, "\(Self.one)/cancel", "End an operation after its present step, and undo what it did",
                tag: "operations", audit: "operation.cancel", status: .accepted, answer: "OperationStarted", cancel),
            APIRoute(
                .post, "\(Self.one)/settle",
                "Say of an operation that needs attention whether its step was done, is to be done again, or all is to go back",
                tag: "operations", access: .administrator, audit: "operation.settle", body: "Settlement",
                status: .accepted, answer: "OperationStarted", settle),
        ]
    }

    // MARK: reading

    private func list(_ call: Call) async throws -> Response {
        let caller = try call.caller
        let limit = try limit(of: call)
        let before = call.request.query["before"]
        var index: (name: String, value: String)?
        if let target = call.request.query["target"] {
            guard try await isVisible(target, at: services.time.now, to: caller) else {
                throw Finding(.forbidden, "The operations on '\(target.prefix(80))' are not for you.", field: "target")
            }
            index = (Operation.targetIndex, target)
        } else if !caller.isAdministrator {
            index = (Operation.actorIndex, caller.user)
        }
        let found = try await services.store.list(
            Operation.self, index: index, after: before, limit: limit, isDescending: true)
        // The first ones may be of another project that had the name.
        let visible = try await found.map(\.record).filtered { operation in
            if operation.actor == caller.user { return true }
            return try await isVisible(operation.target, at: operation.createdAt, to: caller)
        }
        return .json(.items(visible.map(\.representation)))
    }

    private func limit(of call: Call) throws(Finding) -> Int {
        guard let text = call.request.query["limit"] else { return 100 }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw Finding(.badRequest, "'limit' is a number from 1 to 1000.", field: "limit")
        }
        return limit
    }

    private func events(_ call: Call) async throws -> Response {
        let operation = try await find(call)
        return try await OperationEvents(store: services.store, time: services.time)
            .response(following: operation.id, in: services.operations.feed)
    }

    // MARK: changing

    private func cancel(_ call: Call) async throws -> Response {
        let (operation, caller) = (try await find(call), try call.caller)
        guard caller.isAdministrator || operation.actor == caller.user else {
            throw Finding(.notOwner, "Operation \(operation.id) is \(operation.actor)'s; ask them or an administrator.")
        }
        let changed = try await services.operations.cancel(operation.id, by: caller.user)
        await services.audit(call, "operation.cancel", operation.target, details: ["operation": operation.id])
        return .accepted(["operation": changed.representation])
    }

    private func settle(_ call: Call) async throws -> Response {
        let (operation, caller) = (try await find(call), try call.caller)
        let fields = try await call.fields(["as"])
        guard let settlement = try fields.optionalCase("as", of: OperationEngine.Settlement.self) else {
            let words = OperationEngine.Settlement.allCases.map(\.rawValue).joined(separator: ", ")
            throw Finding(.badRequest, "Say what holds: one of \(words).", field: "as")
        }
        let changed = try await services.operations.settle(operation.id, as: settlement, by: caller.user)
        await services.audit(
            call, "operation.settle", operation.target,
            details: ["operation": operation.id, "as": settlement.rawValue])
        return .accepted(["operation": changed.representation])
    }

    // MARK: whose they are

    private func find(_ call: Call) async throws -> Operation {
        let caller = try call.caller
        let id = call.parameters["operation"]
        let unknown = Finding(
            .notFound, "There is no operation '\(id.prefix(80))'; finished ones are forgotten after a while.")
        guard id.utf8.count <= 64, let operation = try await services.store.get(Operation.self, id)?.record else {
            throw unknown
        }
        if operation.actor == caller.user { return operation }
        // Ids cannot be guessed; a stranger learns nothing from one that exists.
        guard try await isVisible(operation.target, at: operation.createdAt, to: caller) else { throw unknown }
        return operation
    }

    /// Whether somebody sees what happened to a target at a moment: not what was another project's of that name.
    private func isVisible(_ target: String, at moment: Timestamp, to caller: Principal) async throws -> Bool {
        if caller.isAdministrator { return true }
        guard let (name, _) = RuntimeTarget.parse(target), try await services.role(of: caller, in: name) != nil,
            let project = services.caches.cache(Project.self).get(name)
        else { return false }
        return project.beganAt.map { moment >= $0 } ?? true
    }
}

extension Array where Element: Sendable {
    fileprivate func filtered(_ isIncluded: (Element) async throws -> Bool) async throws -> [Element] {
        var kept: [Element] = []
        for element in self where try await isIncluded(element) { kept.append(element) }
        return kept
    }
}

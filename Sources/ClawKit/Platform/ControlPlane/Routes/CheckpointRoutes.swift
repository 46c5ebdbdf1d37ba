import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Checkpoints of a project's runtimes: members see them; a runtime's own user, owners, managers and administrators make
/// and remove them.
struct CheckpointRoutes: RouteGroup {
    private let services: PlatformServices
    private static let collection = "/api/v1/projects/{project}/checkpoints"
    private static let one = "/api/v1/projects/{project}/checkpoints/{checkpoint}"
    private static let fields: Set<String> = ["name", "runtime", "timeoutSeconds", "ttlSeconds", "secretName"]

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .post, Self.collection, "Keep what a runtime is doing", tag: "checkpoints", audit: "checkpoint.create",
                body: "CheckpointCreation", status: .created, answer: "Checkpoint", create),
            APIRoute(
                .get, Self.collection, "List a project's checkpoints", tag: "checkpoints", answer: "CheckpointList", list),
            APIRoute(.get, Self.one, "Show a checkpoint", tag: "checkpoints", answer: "Checkpoint", show),
            APIRoute(
                .post, "\(Self.one)/restore", "Have its runtime go back to a checkpoint, in a new pod", tag: "checkpoints",
                audit: "checkpoint.restore", status: .accepted, answer: "OperationStarted", restore),
            APIRoute(
                .delete, Self.one, "Remove a checkpoint with its archive", tag: "checkpoints",
                audit: "checkpoint.delete", status: .noContent, delete),
        ]
    }

    private func list(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        let found = try await services.api.list(Checkpoint.self, in: project.name).items.sorted { $0.name < $1.name }
        return .json(.items(found.map(\.representation)))
    }

    private func show(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        return .json(try await find(try call.parameters.label("checkpoint"), in: project).representation)
    }

    private func create(_ call: Call) async throws -> Response {
        let fields = try await call.fields(Self.fields)
        let runtime = try fields.label("runtime").description
        let project = try await changeable(call, runtime: runtime)
        var spec = CheckpointSpec(runtime: runtime)
        if let seconds = try fields.optionalInteger("timeoutSeconds") { spec.timeoutSeconds = seconds }
        spec.ttlSeconds = try fields.optionalInteger("ttlSeconds")
        spec.secretName = try fields.optionalLabel("secretName")?.description
        let made = try await services.api.create(
            Checkpoint(
                metadata: ObjectMeta(
                    name: try fields.label("name").description, namespace: project.name,
                    labels: [Checkpoint.runtimeLabel: runtime]),
                spec: spec))
        await services.audit(
            call, "checkpoint.create", "checkpoint/\(project.name)/\(made.name)", details: ["runtime": runtime])
        return .created(made.representation)
    }

    private func restore(_ call: Call) async throws -> Response {
        let caller = try call.caller
        let project = try await services.project(try call.parameters.label("project"), for: caller).project
        let checkpoint = try await find(try call.parameters.label("checkpoint"), in: project)
        _ = try await changeable(call, runtime: checkpoint.spec.runtime)
        guard let name = checkpoint.spec.runtime, checkpoint.restoreRequest != nil,
            let runtime = try await services.api.find(Runtime.self, name, in: project.name)
        else {
            let why =
                checkpoint.status.method == .volume
                ? "holds a volume; make a runtime with volume.restoreFrom: \(checkpoint.status.location ?? "")"
                : "is \(checkpoint.status.phase?.rawValue ?? "Requested"), or its runtime is gone"
            throw Finding(.conflict, "No runtime can go back to \(project.name)/\(checkpoint.name): it \(why).")
        }
        let operation = try await services.runtimes.begin(
            RuntimeOperations.Wish(
                verb: .restore, project: project.name, name: name, actor: caller.user,
                parameters: RuntimeParameters(uid: runtime.uid, checkpoint: checkpoint.name),
                idempotencyKey: call.idempotencyKey))
        await services.audit(
            call, "checkpoint.restore", "checkpoint/\(project.name)/\(checkpoint.name)",
            details: ["runtime": name, "operation": operation.id])
        return .accepted(["operation": operation.representation])
    }

    private func delete(_ call: Call) async throws -> Response {
        let caller = try call.caller
        let project = try await services.project(try call.parameters.label("project"), for: caller).project
        let checkpoint = try await find(try call.parameters.label("checkpoint"), in: project)
        _ = try await changeable(call, runtime: checkpoint.spec.runtime)
        try await services.api.delete(
            Checkpoint.self, checkpoint.name, in: project.name, propagation: .background, uid: checkpoint.uid)
        await services.audit(call, "checkpoint.delete", "checkpoint/\(project.name)/\(checkpoint.name)")
        return .noContent
    }

    /// - Parameter runtime: nil: a checkpoint of a pod, which is nobody's own.
    private func changeable(_ call: Call, runtime: String?) async throws -> Project {
        let caller = try call.caller
        let (project, role) = try await services.project(try call.parameters.label("project"), for: caller)
        if caller.isAdministrator || role?.entersEveryRuntime == true { return project }
        if let runtime, let found = try await services.api.find(Runtime.self, runtime, in: project.name),
            found.spec.user == caller.user
        {
            return project
        }
        throw Finding(
            .forbidden,
            "Only its own user, and owners and managers of project \(project.name), keep what a runtime is doing; ask one.")
    }

    private func find(_ name: DNSLabel, in project: Project) async throws -> Checkpoint {
        guard let found = try await services.api.find(Checkpoint.self, name.description, in: project.name) else {
            throw Finding(.notFound, "There is no checkpoint \(project.name)/\(name); check the name.")
        }
        return found
    }
}

extension Checkpoint {
    /// Without nodes and places: they are the cluster's business.
    fileprivate var representation: JSON {
        var object: JSONObject = [
            "name": .string(name), "project": .string(namespace ?? ""),
            "phase": .string(status.phase?.rawValue ?? "Requested"), "encrypted": .bool(status.isEncrypted),
        ]
        object.set("runtime", spec.runtime)
        object.set("pod", spec.pod)
        object.set("method", status.method?.rawValue)
        object.set("digest", status.digest)
        if let size = status.sizeBytes { object["sizeBytes"] = .integer(Int64(size)) }
        object.set("createdAt", metadata.creationTimestamp)
        object.set("completedAt", status.completedAt)
        if let fallback = status.fallback {
            object["fallback"] = ["code": .string(fallback.code), "message": .string(fallback.message)]
        }
        if !status.restores.isEmpty {
            object["restores"] = .array(
                status.restores.map { restore in
                    var entry: JSONObject = ["at": .string(restore.at ?? "")]
                    entry.set("method", restore.method?.rawValue)
                    entry.set("code", restore.code)
                    entry.set("message", restore.message)
                    return .object(entry)
                })
        }
        if let error = status.error {
            object["error"] = ["code": .string(error.code), "message": .string(error.message)]
        }
        return .object(object)
    }
}

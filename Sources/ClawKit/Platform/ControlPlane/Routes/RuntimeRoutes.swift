import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// Runtimes of a project: members see them and make their own; owners, managers and administrators act for others.
struct RuntimeRoutes: RouteGroup {
    let services: PlatformServices
    private let archives: VolumeArchives
    private let pods: RuntimePodIndex
    private static let collection = "/api/v1/projects/{project}/runtimes"
    private static let one = "/api/v1/projects/{project}/runtimes/{runtime}"

    init(_ services: PlatformServices) {
        self.services = services
        archives = VolumeArchives(services.api, time: services.time)
        pods = RuntimePodIndex(services.caches)
    }

    var routes: [APIRoute] {
        let fixed = [
            APIRoute(
                .post, Self.collection, "Create a runtime and start it", tag: "runtimes", audit: "runtime.create",
                body: "RuntimeCreation", status: .accepted, answer: "RuntimeAndOperation", create),
            APIRoute(.get, Self.collection, "List a project's runtimes", tag: "runtimes", answer: "RuntimeList", list),
            APIRoute(.get, Self.one, "Show a runtime", tag: "runtimes", answer: "Runtime", show),
            APIRoute(
                .patch, Self.one, "Change when a runtime sleeps, how it wakes, and what of it is kept", tag: "runtimes",
                audit: "runtime.change", body: "RuntimeChange", answer: "Runtime", change),
            APIRoute(
                .get, "\(Self.one)/environment", "Show where a runtime's variables come from; no secrets",
                tag: "runtimes", answer: "RuntimeEnvironment", environment),
            APIRoute(
                .get, "\(Self.one)/volume", "Export what a running runtime keeps, as application/x-tar",
                tag: "runtimes", scope: .operate, audit: "runtime.export", exportVolume),
            APIRoute(
                .put, "\(Self.one)/volume", "Write an archive, application/x-tar, over what a running runtime keeps",
                tag: "runtimes", audit: "runtime.import", status: .noContent, importVolume),
            APIRoute(
                .delete, Self.one, "Delete a runtime; its volume stays unless it is to be wiped", tag: "runtimes",
                audit: "runtime.delete", status: .accepted, answer: "OperationStarted"
            ) { try await act(.delete, $0) },
        ]
        return fixed
            + RuntimeVerb.posted.map { verb in
                APIRoute(
                    .post, "\(Self.one)/\(verb.rawValue)",
                    "\(verb.rawValue.prefix(1).uppercased())\(verb.rawValue.dropFirst()) a runtime",
                    tag: "runtimes", audit: "runtime.\(verb.rawValue)", status: .accepted, answer: "OperationStarted"
                ) { try await act(verb, $0) }
            }
    }

    // MARK: reading

    private func list(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        let runtimes = try await services.api.list(Runtime.self, in: project.name).items.sorted { $0.name < $1.name }
        return .json(.items(runtimes.map { services.represent($0) }))
    }

    private func show(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        return .json(services.represent(try await find(try call.parameters.label("runtime"), in: project)))
    }

    private func environment(_ call: Call) async throws -> Response {
        let project = try await services.project(try call.parameters.label("project"), for: try call.caller).project
        let runtime = try await find(try call.parameters.label("runtime"), in: project)
        let map = try await services.api.find(ConfigMap.self, PlatformSettings.name, in: PlatformSettings.namespace)
        var context =
            map.flatMap { PlatformSettings.context(from: $0) }
            ?? RuntimeContext(templates: [], models: [], gatewayURL: "", publicURL: services.configuration.publicURL)
        try await context.complete(for: runtime, from: services.api)
        return .json(RuntimeEnvironment(of: runtime, context).representation)
    }

    private func find(_ name: DNSLabel, in project: Project) async throws -> Runtime {
        guard let runtime = try await services.api.find(Runtime.self, name.description, in: project.name) else {
            throw Finding(.notFound, "There is no runtime \(project.name)/\(name); check the name, or create it.")
        }
        return runtime
    }

    // MARK: changing

    private func create(_ call: Call) async throws -> Response {
        let caller = try call.caller
        let fields = try await call.fields(RestWords.names.union(["name", "user", "template", "capacity"]))
        let rest = try RestWords(fields)
        let user = try fields.optionalLabel("user") ?? DNSLabel(caller.user, field: "user")
        let name = try fields.optionalLabel("name") ?? user
        let template = try fields.optionalLabel("template")?.description
        let (project, role) = try await services.project(try call.parameters.label("project"), for: caller)
        try checkNotViewer(caller, role, project)
        guard user.description == caller.user || mayActForOthers(caller, role) else {
            throw Finding(
                .notOwner,
                "Only owners and managers of project \(project.name) make runtimes for others; leave 'user' out to "
                    + "make your own.", field: "user")
        }
        guard try await services.members.role(of: user.description, in: project.name) != nil else {
            throw Finding(
                .invalid, "'\(user)' is no member of project \(project.name); add the user to the project first.",
                field: "user")
        }
        try await check(name, template, in: project)
        // A request that was sent before under the same key must find its operation, not its own runtime.
        if call.idempotencyKey == nil,
            try await services.api.find(Runtime.self, name.description, in: project.name) != nil
        {
            throw Finding(
                .alreadyExists, "There is a runtime \(project.name)/\(name) already; start it, or choose another name.",
                field: "name")
        }
        let parameters = RuntimeParameters(
            user: user.description, template: template, capacity: try fields.optionalLabel("capacity")?.description,
            rest: rest.text)
        let operation = try await begin(.create, project.name, name.description, parameters, call)
        let runtime = try await services.api.find(Runtime.self, name.description, in: project.name)
        return .accepted([
            "operation": operation.representation, "runtime": runtime.map { services.represent($0) } ?? .null,
        ])
    }

    /// At once: nothing has to be waited for.
    private func change(_ call: Call) async throws -> Response {
        let rest = try RestWords(try await call.fields(RestWords.names))
        let (project, runtime) = try await own(call)
        try rest.check(on: runtime.spec)
        let changed = try await services.api.mergePatch(
            Runtime.self, runtime.name, in: project.name,
            ["metadata": ["uid": .string(runtime.uid ?? "")], "spec": .object(rest.patch)])
        await services.audit(call, "runtime.change", "runtime/\(project.name)/\(runtime.name)")
        return .json(services.represent(changed))
    }

    private func check(_ name: DNSLabel, _ template: String?, in project: Project) async throws {
        if let template, let configured = services.configuration.templates(), !configured.contains(template) {
            let known = configured + (try await services.api.offeredTemplates(in: project.name).map(\.name))
            if known.contains(template) { return try check(length: name, in: project) }
            let mend =
                NearestName.nearest(to: template, in: known).map { "did you mean '\($0)'?" }
                ?? "known are \(known.sorted().joined(separator: ", "))."
            throw Finding(.unknownTemplate, "There is no template '\(template)'; \(mend)", field: "template")
        }
        try check(length: name, in: project)
    }

    private func check(length name: DNSLabel, in project: Project) throws(Finding) {
        let limit = DNSLabel.maximumLength - 1 - project.name.utf8.count
        if services.configuration.domain != nil, name.description.utf8.count > limit {
            throw Finding(
                .badName,
                "'\(name)' is too long for the host name \(name)-\(project.name); at most \(max(0, limit)) characters "
                    + "fit.", field: "name")
        }
    }

    private func exportVolume(_ call: Call) async throws -> Response {
        let (project, runtime) = try await own(call)
        let archive = try await archives.archive(of: try await pod(of: runtime, in: project))
        await services.audit(call, "runtime.export", "runtime/\(project.name)/\(runtime.name)")
        let name = "attachment; filename=\"\(project.name)-\(runtime.name).tar\""
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-tar", .contentDisposition: name, .cacheControl: "no-store"],
            body: archive)
    }

    private func importVolume(_ call: Call) async throws -> Response {
        let (project, runtime) = try await own(call)
        try await archives.restore(call.request.body, to: try await pod(of: runtime, in: project))
        await services.audit(call, "runtime.import", "runtime/\(project.name)/\(runtime.name)")
        return .noContent
    }

    /// Its container's `tar` is what reads and writes the volume.
    private func pod(of runtime: Runtime, in project: Project) async throws -> Pod {
        guard let pod = pods.serving(RuntimeCellID(runtime)), pod.isReady else {
            throw Finding(.notReady, "\(project.name)/\(runtime.name) does not run; start it first.")
        }
        return pod
    }

    /// A runtime that its caller may act for.
    private func own(_ call: Call) async throws -> (Project, Runtime) {
        let caller = try call.caller
        let name = try call.parameters.label("runtime")
        let (project, role) = try await services.project(try call.parameters.label("project"), for: caller)
        try checkNotViewer(caller, role, project)
        let runtime = try await find(name, in: project)
        guard runtime.spec.user == caller.user || mayActForOthers(caller, role) else {
            throw Finding(
                .notOwner,
                "\(project.name)/\(name) is not yours; ask \(runtime.spec.user), or an owner or manager of the project."
            )
        }
        return (project, runtime)
    }

    private func act(_ verb: RuntimeVerb, _ call: Call) async throws -> Response {
        let (project, runtime) = try await own(call)
        let name = runtime.name
        let parameters = RuntimeParameters(uid: runtime.uid)
        return .accepted([
            "operation": try await begin(verb, project.name, name, parameters, call).representation
        ])
    }

    private func checkNotViewer(_ caller: Principal, _ role: ProjectRole?, _ project: Project) throws(Finding) {
        guard caller.isAdministrator || role != .viewer else {
            throw Finding(
                .forbidden, "Viewers of project \(project.name) only see its runtimes; have an owner make you a developer.")
        }
    }

    private func mayActForOthers(_ caller: Principal, _ role: ProjectRole?) -> Bool {
        caller.isAdministrator || role?.entersEveryRuntime == true
    }

    private func begin(
        _ verb: RuntimeVerb, _ project: String, _ name: String, _ parameters: RuntimeParameters, _ call: Call
    ) async throws -> Operation {
        let operation = try await services.runtimes.begin(
            RuntimeOperations.Wish(
                verb: verb, project: project, name: name, actor: try call.caller.user, parameters: parameters,
                idempotencyKey: call.idempotencyKey))
        await services.audit(
            call, "runtime.\(verb.rawValue)", operation.target, details: ["operation": operation.id])
        return operation
    }
}

extension Call {
    /// What the sender calls this request, so that sent twice it counts once.
    var idempotencyKey: String? {
        request.headers[.idempotencyKey].flatMap { $0.isEmpty ? nil : String($0.prefix(200)) }
    }
}

extension HTTPField.Name {
    // A valid token, so the initialiser cannot fail.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}

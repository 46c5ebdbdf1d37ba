import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Policies: administrators say what the platform and its tenants may, owners and managers what their project and its
/// members may, each within what the layers above allow.
struct PolicyRoutes: RouteGroup {
    let services: PlatformServices

    init(_ services: PlatformServices) { self.services = services }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/api/v1/policies", "List the policies of all layers", tag: "policies", access: .administrator,
                answer: "PolicyList", list),
            APIRoute(
                .get, "/api/v1/policies/{policy}",
                "Show a policy: platform, tenant.NAME, project.NAME, user.PROJECT.NAME", tag: "policies",
                answer: "Policy", show),
            APIRoute(
                .put, "/api/v1/policies/{policy}", "Set a policy; refused where it allows what a layer above does not",
                tag: "policies", audit: "policy.set", body: "PolicyDeclaration", answer: "Policy", set),
            APIRoute(
                .delete, "/api/v1/policies/{policy}", "Delete a policy: the layers above hold alone", tag: "policies",
                audit: "policy.delete", status: .noContent, delete),
            APIRoute(
                .get, "/api/v1/projects/{project}/policy",
                "Show what holds in a project, or for its member ?user=, and which layers say so", tag: "policies",
                answer: "EffectivePolicy", effective),
        ]
    }

    private func list(_ call: Call) async throws -> Response {
        let policies = try await services.api.list(Policy.self).items.sorted { $0.name < $1.name }
        return .json(.items(policies.map(\.representation)))
    }

    private func show(_ call: Call) async throws -> Response {
        let layer = try await layer(call, writing: false)
        return .json(try await find(layer).representation)
    }

    private func set(_ call: Call) async throws -> Response {
        let layer = try await layer(call, writing: true)
        let fields = try await call.fields(["rules"])
        guard let rules = fields.object["rules"]?.object else {
            throw Finding(
                .badRequest, "Give the 'rules' as an object, such as {\"security\": \"baseline\"}.", field: "rules")
        }
        let policy = Policy(name: layer.description, spec: PolicySpec(document: rules))
        let above = try await services.api.policies(of: try await layersAbove(layer))
        let findings = try LayeredPolicy(above + [policy]).wideningFindings
        if let finding = findings.first { throw finding }
        let set = try await replace(policy)
        await services.audit(
            call, "policy.set", "policy/\(layer)", details: ["rules": JSON.object(rules).description])
        return .json(set.representation)
    }

    private func replace(_ policy: Policy) async throws -> Policy {
        let (live, wasCreated) = try await services.api.getOrCreate(policy)
        if wasCreated { return live }
        return try await services.api.edit(Policy.self, policy.name) { $0.spec = policy.spec }
    }

    private func delete(_ call: Call) async throws -> Response {
        let layer = try await layer(call, writing: true)
        let policy = try await find(layer)
        try await services.api.delete(Policy.self, policy.name, uid: policy.uid)
        await services.audit(call, "policy.delete", "policy/\(layer)")
        return .noContent
    }

    private func effective(_ call: Call) async throws -> Response {
        let caller = try call.caller
        let (project, role) = try await services.project(try call.parameters.label("project"), for: caller)
        var user: String?
        if let name = call.request.query["user"] {
            user = try DNSLabel(name, field: "user").description
            guard user == caller.user || caller.isAdministrator || role?.managesPolicies ?? false else {
                throw Finding(.forbidden, "Only owners and managers see what holds for others; ask one.", field: "user")
            }
        }
        let policy = try await services.api.policy(of: project, user: user)
        var answer: JSONObject = ["project": .string(project.name)]
        answer.set("user", user)
        answer["rules"] = .object(policy.rules.document)
        answer["sources"] = .array(policy.sources.map { .object($0.document) })
        return .json(.object(answer))
    }

    // MARK: whose

    /// The layer that the address names, if the caller may.
    private func layer(_ call: Call, writing: Bool) async throws -> PolicyLayer {
        let caller = try call.caller
        let name = call.parameters["policy"] ?? ""
        guard let layer = PolicyLayer(name), Self.isWellNamed(layer) else {
            throw Finding(
                .badName,
                "'\(name.prefix(99))' is no policy; name platform, tenant.NAME, project.NAME or user.PROJECT.NAME.",
                field: "policy")
        }
        switch layer {
        case .platform, .tenant:
            guard caller.isAdministrator else {
                throw Finding(.forbidden, "Only administrators see and set the policy '\(layer)'; ask one.")
            }
        case .project(let project), .user(_, let project):
            let (_, role) = try await services.project(try DNSLabel(project, field: "policy"), for: caller)
            let isOwn = if case .user(caller.user, _) = layer { true } else { false }
            let mayRead = role != nil && (layer.isWholeProject || isOwn)
            guard caller.isAdministrator || role?.managesPolicies ?? false || (!writing && mayRead) else {
                throw Finding(.forbidden, "Only an owner or manager of project '\(project)' may; ask one.")
            }
        }
        return layer
    }

    private static func isWellNamed(_ layer: PolicyLayer) -> Bool {
        switch layer {
        case .platform: true
        case .tenant(let name), .project(let name): (try? DNSLabel(name, field: "policy")) != nil
        case .user(let name, let project):
            (try? DNSLabel(name, field: "policy")) != nil && (try? DNSLabel(project, field: "policy")) != nil
        }
    }

    /// - Throws: ``Finding`` (`E_NOT_FOUND`) where it would bind nobody.
    private func layersAbove(_ layer: PolicyLayer) async throws -> [PolicyLayer] {
        var tenant: String?
        switch layer {
        case .platform: break
        case .tenant(let name):
            guard try await services.api.find(Tenant.self, name) != nil else {
                throw Finding(.notFound, "There is no tenant '\(name)'; check the name.", field: "policy")
            }
        case .project(let name), .user(_, let name):
            guard let project = try await services.api.find(Project.self, name) else {
                throw Finding(.notFound, "There is no project '\(name)'; check the name.", field: "policy")
            }
            tenant = project.tenant
        }
        return layer.above { _ in tenant }
    }

    private func find(_ layer: PolicyLayer) async throws -> Policy {
        guard let policy = try await services.api.find(Policy.self, layer.description) else {
            throw Finding(.notFound, "Nothing is set for '\(layer)'; the layers above hold.")
        }
        return policy
    }
}

extension ProjectRole {
    fileprivate var managesPolicies: Bool { self == .owner || self == .manager }
}

extension PolicyLayer {
    fileprivate var isWholeProject: Bool { if case .project = self { true } else { false } }
}

extension Policy {
    /// `{name, rules, accepted?, reason?, message?, createdAt}`
    fileprivate var representation: JSON {
        var object: JSONObject = ["name": .string(name), "rules": .object(spec.document)]
        if let accepted = status.conditions.first(where: { $0.type == "Accepted" }),
            accepted.observedGeneration == metadata.generation
        {
            object["accepted"] = .bool(accepted.status == "True")
            if accepted.status != "True" {
                object.set("reason", accepted.reason)
                object.set("message", accepted.message)
            }
        }
        object.set("createdAt", metadata.creationTimestamp)
        return .object(object)
    }
}

import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

// What the HTTP API shows of things: plain documents, without what only Kubernetes or the store needs.

extension Tenant {
    /// `{name, displayName?, quota?, suspended?, deletedAfter?, createdAt}`
    var representation: JSON {
        var object: JSONObject = ["name": .string(name)]
        object.set("displayName", displayName)
        object.set("quota", spec.document["quota"])
        object.set("suspended", spec.document["suspended"])
        object.set("deletedAfter", spec.document["deletedAfter"])
        object.set("createdAt", metadata.creationTimestamp)
        return .object(object)
    }
}

extension Project {
    /// `{name, tenant, displayName?, quota?, containerDefaults?, security, network?, members: [{user, role}], phase,
    /// reason?, createdAt}`
    func representation(_ members: [Member]) -> JSON {
        var object: JSONObject = ["name": .string(name), "tenant": .string(tenant)]
        object.set("displayName", spec.displayName)
        object.set("quota", spec.document["quota"])
        object.set("containerDefaults", spec.document["containerDefaults"])
        object["security"] = .string(spec.security.rawValue)
        object.set("network", spec.document["network"])
        object["members"] = .array(members.map(\.representation))
        object.set("phase", phase)
        if phase == "Failed" { object.set("reason", ready?.message) }
        object.set("createdAt", metadata.creationTimestamp)
        return .object(object)
    }

    /// Whether its namespace is there.
    var isReady: Bool { phase == "Ready" }

    private var ready: Condition? { conditions.first { $0.type == "Ready" } }

    private var phase: String {
        if isBeingDeleted { return "Deleting" }
        switch (ready?.status, ready?.reason) {
        case ("True", _): return "Ready"
        case ("False", "NamespaceNotOurs"), ("False", "ReservedName"): return "Failed"
        default: return "Pending"
        }
    }
}

extension Member {
    /// `{user, role}`, as its project shows it.
    var representation: JSON { ["user": .string(user), "role": .string(role?.rawValue ?? "")] }

    /// `{project, role}`, as its user is shown.
    var membership: JSON { ["project": .string(project), "role": .string(role?.rawValue ?? "")] }
}

extension User {
    /// `{name, displayName?, administrator, disabled, password, projects: [{project, role}], createdAt}`
    func representation(_ memberships: [Member]) -> JSON {
        var object: JSONObject = ["name": .string(name)]
        object.set("displayName", displayName)
        object["administrator"] = .bool(isAdministrator)
        object["disabled"] = .bool(isDisabled)
        object["password"] = password.map { $0.temporaryUntil == nil ? "set" : "temporary" } ?? "none"
        object["projects"] = .array(memberships.map(\.membership))
        object.set("createdAt", createdAt.rfc3339())
        return .object(object)
    }
}

extension Runtime {
    /// `{name, project, user, template?, desiredState, phase, idle?, wake?, checkpoint?, fromTemplate?, sleep?, lastActivity?,
    /// url, restarts, lastError?, conditions, createdAt}`: of rest what holds, and which of it the template says.
    /// - Parameter publicURL: where people reach the control plane, without a slash at its end.
    func representation(publicURL: String) -> JSON {
        var object: JSONObject = ["name": .string(name)]
        object.set("project", namespace)
        object.set("user", spec.user)
        object.set("template", spec.template)
        object.set("desiredState", spec.desiredState.rawValue)
        object.set("phase", (isBeingDeleted ? .deleting : status.phase ?? .pending).rawValue)
        object.set("pool", status.pool)
        for rule in RestWords.names.sorted() {
            let key = FieldKey(rule)
            object[key] = spec.document[key] ?? status.defaults?.document[key]
        }
        let inherited = RestWords.names.sorted().filter { status.defaults?.document[FieldKey($0)] != nil }
        if !inherited.isEmpty { object["fromTemplate"] = .array(inherited.map(JSON.string)) }
        object.set("lastActivity", status.lastActivity)
        if let sleep = status.sleep {
            object["sleep"] = ["since": .string(sleep.since ?? ""), "reason": .string(sleep.reason?.rawValue ?? "")]
        }
        object.set("url", status.url ?? "\(publicURL)/r/\(namespace ?? "")/\(name)/")
        object.set("restarts", status.restarts)
        if let error = status.lastError {
            object["lastError"] = ["code": .string(error.code), "message": .string(error.message)]
        }
        object["conditions"] = .array(status.conditions.map { .object($0.document) })
        object.set("createdAt", metadata.creationTimestamp)
        return .object(object)
    }
}

extension Operation {
    /// `{id, action, target, actor, state, steps: [{name, state, attempts, progress?, undo?, message?}], findings?,
    /// waitsFor?, cancelledBy?, error?, result?, createdAt, updatedAt}`
    var representation: JSON {
        var object: JSONObject = ["id": .string(id)]
        object.set("action", action)
        object.set("target", target)
        object.set("actor", actor)
        object.set("state", state.rawValue)
        object["steps"] = .array(
            steps.map { step in
                var object: JSONObject = ["name": .string(step.name), "state": .string(step.state.rawValue)]
                object["attempts"] = .integer(Int64(step.attempts))
                object["progress"] = step.progress.map { .double($0) }
                object.set("undo", step.undo?.state.rawValue)
                object.set("message", step.message)
                return .object(object)
            })
        if !findings.isEmpty {
            object["findings"] = .array(findings.map(\.stored))
        }
        object.set("waitsFor", predecessor)
        object.set("cancelledBy", cancellation?.actor)
        object["error"] = error?.json
        object["result"] = result
        object.set("createdAt", createdAt.rfc3339(fractionDigits: 3))
        object.set("updatedAt", updatedAt.rfc3339(fractionDigits: 3))
        return .object(object)
    }
}

extension JSON {
    /// The form of every list: `{"items": [...]}`.
    static func items(_ items: [JSON]) -> JSON { ["items": .array(items)] }
}

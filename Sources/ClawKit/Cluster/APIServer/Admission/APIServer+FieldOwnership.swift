import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels

/// Server-side apply, and the account of who owns which field.
extension APIServer {
    /// How a write enters the account.
    enum Ownership: Sendable {
        /// Whoever changed a field owns it.
        case update
        /// The patch has been applied, and the account is already made up.
        case applied
    }

    /// Enters a create, update or patch.
    func recordManager(
        _ object: inout JSONObject, old: JSONObject?, _ call: ResourceCall, subresource: String?, _ ownership: Ownership
    ) {
        switch ownership {
        case .update:
            object = call.resource.fieldManager(subresource).update(
                from: old, to: object, manager: call.manager, at: time.now)
        case .applied:
            if let old { object = FieldManager.settlingTimes(of: object, against: old) }
        }
    }

    func apply(_ patch: JSON, _ call: ResourceCall, subresource: String?) async throws -> Response {
        guard let manager = call.query["fieldManager"], !manager.isEmpty else {
            throw APIStatus.invalid(
                kind: "PatchOptions", group: "meta.k8s.io", name: "",
                [.required("fieldManager", "is required for apply patch")])
        }
        guard var configuration = patch.object else {
            throw APIStatus.badRequest("the apply configuration must be an object")
        }
        if configuration.objectName.isEmpty { configuration.setMetadata(.name, .string(call.name)) }
        guard configuration.objectName == call.name else {
            throw APIStatus.badRequest(
                "the name of the object (\(configuration.objectName)) does not match the name on the URL (\(call.name))")
        }
        if let namespace = call.namespace, configuration.objectNamespace.isEmpty {
            configuration.setMetadata(.namespace, .string(namespace))
        }
        let warnings = try checkFields(&configuration, call, fillsDefaults: false)
        let fields = call.resource.fieldManager(subresource)
        let (force, key, now) = (call.query.flag("force"), try call.key(), time.now)
        var response: Response
        if store.get(call.resource.collection, key) == nil, subresource == nil {
            try call.requireNamespace()
            var object = try fields.apply(configuration, to: nil, manager: manager, force: force, at: now)
            try call.adopt(&object)
            if case .custom(let schema) = call.resource.shape { schema.fillDefaults(&object) }
            response = try await store(create: object, call, .applied)
        } else {
            response = try await update(call, key, subresource: subresource, .applied) { live in
                var new = try fields.apply(configuration, to: live, manager: manager, force: force, at: now)
                try call.adopt(&new)
                if case .custom(let schema) = call.resource.shape { schema.fillDefaults(&new) }
                return new
            }
        }
        response.addWarnings(warnings)
        return response
    }
}

extension RegisteredResource {
    /// The account keeper of this resource's objects, or of one of its subresources.
    func fieldManager(_ subresource: String?) -> FieldManager {
        let ignored: FieldSet =
            switch subresource {
            case "status": FieldSet(fields: ["spec"], ["metadata", "labels"], ["metadata", "annotations"])
            case nil: hasStatus ? FieldSet(fields: ["status"]) : FieldSet()
            default: FieldSet()
            }
        let (types, schema): (SchemaTable, Schema?) =
            switch shape {
            case .builtIn(let name): (.kubernetes, name.flatMap { SchemaTable.kubernetes[$0] })
            case .custom(let structural): (structural.table?.types ?? .kubernetes, structural.table?.root)
            }
        return FieldManager(
            types: types, schema: schema, apiVersion: type.apiVersion, kind: type.kind, subresource: subresource ?? "",
            ignoredFields: ignored)
    }
}

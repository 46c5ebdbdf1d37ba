import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas

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
        _ object: inout JSONObject, old: JSONObject?, _ call: ResourceCall, subresource: String?,
        _ ownership: Ownership, at now: Timestamp
    ) {
        switch ownership {
        case .update:
            call.resource.fieldManager(subresource).enter(&object, from: old, manager: call.manager, at: now)
            if subresource == "scale" { object.forgetTimesOfScaling() }
        case .applied:
            if let old { object = FieldManager.settlingTimes(of: object, against: old) }
        }
    }

    func apply(
        _ patch: JSON, _ call: ResourceCall, subresource: String?, repeated: FieldValidation.Repetitions = .none
    ) async throws -> Response {
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
        if let namespace = call.namespace, !configuration.objectNamespace.isEmpty, configuration.objectNamespace != namespace {
            throw APIStatus.badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        // Fields that the kind does not have are for the field manager to refuse, in its words.
        let fields = call.resource.fieldManager(subresource)
        // The text is looked at again only once it has been applied, so this comes last.
        let warnings = try FieldValidation(call) == .warn ? repeated.warnings : []
        func checkText() throws {
            if try FieldValidation(call) == .strict, let problem = repeated.problemInYAML {
                throw APIStatus.badRequest("error strict decoding YAML: error converting YAML to JSON: \(problem)")
            }
        }
        let (force, key, now) = (call.query.flag("force"), try call.key(), time.now)
        func settled(_ live: JSONObject?) throws -> JSONObject {
            var object = try fields.apply(configuration, to: live, manager: manager, force: force, at: now)
            try checkText()
            try call.adopt(&object)
            call.resource.settleApplied(&object)
            return object
        }
        // Whoever applies gets what he wants whether or not others make or remove the object meanwhile.
        while true {
            try Task.checkCancellation()
            let isAbsent = store.get(call.resource.collection, key) == nil && subresource == nil
            do {
                var response: Response
                if isAbsent {
                    try call.requireNamespace()
                    try requireNoUID(configuration, call)
                    response = try await store(create: try settled(nil), call, .applied)
                } else {
                    response = try await update(call, key, subresource: subresource, .applied) { try settled($0) }
                }
                response.addWarnings(warnings)
                return response
            } catch ObjectStore.CommitError.exists {
                continue
            } catch ObjectStore.CommitError.missing {
                if subresource != nil { throw APIStatus.notFound(call.resource.subject, call.name) }
            }
        }
    }

    /// What is made new cannot have the identity of something that was.
    private func requireNoUID(_ configuration: JSONObject, _ call: ResourceCall) throws {
        guard let uid = configuration.metadataString(.uid), !uid.isEmpty else { return }
        throw APIStatus.conflict(
            call.resource.subject, call.name,
            "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
    }
}

extension RegisteredResource {
    private static let spec = FieldSet(fields: ["spec"])
    private static let status = FieldSet(fields: ["status"])
    private static let specAndStatus = FieldSet(fields: ["spec"], ["status"])
    private static let desiredState = FieldSet(fields: ["spec"], ["metadata", "labels"], ["metadata", "annotations"])

    /// What decoding makes of the result of an apply.
    fileprivate func settleApplied(_ object: inout JSONObject) {
        switch shape {
        case .builtIn(let name?): object = DocumentForm().withoutZeros(object, as: name)
        case .builtIn(nil): break
        case .custom(let custom): custom.schema.fillDefaults(&object)
        }
    }

    /// The account keeper of this resource's objects, or of one of its subresources.
    func fieldManager(_ subresource: String?) -> FieldManager {
        guard let subresource else { return objectFields }
        return Self.fieldManager(type, shape, hasStatus: hasStatus, subresource: subresource)
    }

    static func fieldManager(
        _ type: ResourceType, _ shape: Shape, hasStatus: Bool, subresource: String?
    ) -> FieldManager {
        let isCustom = if case .custom = shape { true } else { false }
        let ignored: FieldSet =
            switch subresource {
            case "status":
                isCustom ? desiredState : spec
            // What is asked for never changes, so nobody owns it.
            case nil where type.plural == "certificatesigningrequests": specAndStatus
            case nil: hasStatus ? status : FieldSet()
            default: FieldSet()
            }
        let (types, schema): (SchemaTable, Schema?) =
            switch shape {
            case .builtIn(let name): (.kubernetes, name.flatMap { SchemaTable.kubernetes[$0] })
            case .custom(let custom): (custom.schema.table?.types ?? .kubernetes, custom.schema.table?.root)
            }
        return FieldManager(
            types: types, schema: schema, apiVersion: type.apiVersion, kind: type.kind, subresource: subresource ?? "",
            ignoredFields: ignored)
    }
}

extension JSONObject {
    /// Who scaled an object is entered without a time: Kubernetes loses it between the Scale and the object.
    fileprivate mutating func forgetTimesOfScaling() {
        guard let entries = metadataValue(.managedFields)?.array else { return }
        let timeless = entries.map { entry in
            guard entry["subresource"] == "scale" else { return entry }
            var entry = entry
            entry["time"] = nil
            return entry
        }
        setMetadata(.managedFields, .array(timeless))
    }
}

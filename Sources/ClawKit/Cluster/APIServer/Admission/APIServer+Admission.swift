import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas
import HTTPTypes

/// What every write passes: shape, defaults, names, validation, field ownership; and what follows a write.
extension APIServer {
    /// Checks fields against the kind's table and removes those it does not know, as `fieldValidation` asks.
    /// Returns warnings for the client.
    /// - Parameter repeated: what stood twice in the text the object was read from.
    func checkFields(
        _ object: inout JSONObject, _ call: ResourceCall, repeated: FieldValidation.Repetitions = .none,
        fillsDefaults: Bool = true
    ) throws -> [String] {
        let mode = try FieldValidation(call)
        var unknown: [String] = []
        switch call.resource.shape {
        case .builtIn(let name?):
            let decoding = GoDecoding.inspect(object, as: name)
            if let problem = decoding.problem { throw Self.undecodable(problem, call) }
            unknown = decoding.unknown
            if !unknown.isEmpty { object = SchemaTable.kubernetes.pruned(object, as: name) }
            if decoding.hasZeros { object = DocumentForm().withoutZeros(object, as: name) }
        case .builtIn(nil): break
        case .custom(let custom):
            if let metadata = object[.metadata]?.object,
                let problem = GoDecoding.inspect(metadata, as: StructuralSchema.metadataType).problem
            {
                throw Self.undecodable(problem, call)
            }
            unknown = custom.schema.prune(&object)
            if fillsDefaults { custom.schema.fillDefaults(&object) }
        }
        if unknown.isEmpty, repeated.isEmpty { return [] }
        let texts = unknown.map { "unknown field \"\($0)\"" }
        switch mode {
        case .ignore: return []
        case .warn: return repeated.problemInYAML == nil ? texts + repeated.warnings : repeated.warnings + texts
        case .strict:
            let all = repeated.problemInYAML.map { [$0] + texts } ?? texts + repeated.warnings
            throw Self.undecodable("strict decoding error: \(all.joined(separator: ", "))", call)
        }
    }

    private static func undecodable(_ problem: String, _ call: ResourceCall) -> APIStatus {
        let kind = call.resource.type.kind
        // A patch says only what is wrong with its result.
        if call.request.method == .patch { return .badRequest(problem) }
        return .badRequest("\(kind) in version \"\(call.resource.type.version)\" cannot be handled as a \(kind): \(problem)")
    }

    /// Fills in what Kubernetes fills in.
    func admit(_ object: inout JSONObject, old: JSONObject?, _ call: ResourceCall) throws {
        object.dropEmptyMetadata()
        if call.target.subresource != "status" {
            if let old { keepStorage(of: &object, from: old, call) }
            Defaults.apply(to: &object, call.resource.type)
        }
        if case .builtIn(let name?) = call.resource.shape {
            object = DocumentForm().settled(object, as: name, from: old)
            if let old, call.resource.type.plural == "daemonsets" { countTemplates(&object, old) }
        }
    }

    /// The names of custom resources; those of the built-in kinds are held against their rules with the rest.
    func checkName(_ object: JSONObject, _ call: ResourceCall) throws {
        if case .builtIn(_?) = call.resource.shape { return }
        let name = object.objectName
        guard let problem = ObjectNames.problem(with: name, of: call.resource.type) else { return }
        var errors: [APIStatus.FieldError] = []
        // A prefix may end where a name may not.
        if let prefix = object.metadataString(.generateName), !prefix.isEmpty,
            let problem = ObjectNames.problem(with: prefix.hasSuffix("-") ? prefix + "x" : prefix, of: call.resource.type)
        {
            errors.append(.invalid("metadata.generateName", .string(prefix), problem))
        }
        errors.append(.invalid("metadata.name", .string(name), problem))
        throw APIStatus.invalid(
            kind: call.resource.type.kind, group: call.resource.type.group, name: name, errors)
    }

    /// - Parameter writtenUID: the uid in what the writer sent.
    /// - Returns: warnings, of what was wrong before and is let through.
    @discardableResult
    func validate(
        _ object: JSONObject, old: JSONObject?, _ call: ResourceCall, writtenUID: String? = nil
    ) throws -> [String] {
        var errors: [APIStatus.FieldError] = []
        var warnings: [String] = []
        switch call.resource.shape {
        case .builtIn(let name?):
            if let old {
                errors = ObjectValidation.errors(
                    updating: object, from: old, writtenUID: writtenUID, call.resource.rules, as: name,
                    subresource: call.target.subresource)
            } else {
                errors = ObjectValidation.errors(creating: object, call.resource.rules, as: name)
            }
        case .builtIn(nil): break
        case .custom(let custom):
            let outcome = custom.check.check(
                object, old: old, type: call.resource.type, isStatus: call.target.subresource == "status")
            (errors, warnings) = (outcome.errors, outcome.warnings)
        }
        if call.resource.collection == RegisteredResource.definitions {
            var found = FieldErrors()
            DefinitionRules.check(object, old: old, &found)
            errors += found.list
        }
        if errors.isEmpty { return warnings }
        // Events of either group are kept as the core group's.
        let group = call.resource.type.group == "events.k8s.io" ? "" : call.resource.type.group
        throw APIStatus.invalid(kind: call.resource.type.kind, group: group, name: object.objectName, errors)
    }

    /// The object as the client asked for it, with what admission has to say of it.
    func answer(
        _ call: ResourceCall, _ object: JSONObject, status: HTTPResponse.Status = .ok, _ warnings: [String]
    ) throws -> Response {
        var response = try answer(call, object, status: status)
        response.addWarnings(warnings)
        return response
    }

    /// Ends what plugins noted of a write.
    func settleAdmission(of uid: String?, _ call: ResourceCall, isKept: Bool) {
        if store.reservations.release(uid, isKept: isKept) { usageChanged(in: call.namespace) }
    }

    private func usageChanged(in namespace: String?) {
        if let namespace { usageObserver.tell(namespace) }
    }

    /// Called after an object was written.
    func didChange(_ resource: RegisteredResource, _ object: JSONObject, from old: JSONObject? = nil) {
        if resource.collection == RegisteredResource.definitions { serve(object) }
        if object.isBeingDeleted || !object.ownerUIDs.isEmpty { ownershipObserver.tell(object) }
        if let old, QuotaUsage(type: resource.type).mayShrink(object, from: old) { usageChanged(in: object.objectNamespace) }
    }

    /// Called after an object was removed for good.
    func didRemove(_ resource: RegisteredResource, _ object: JSONObject) async {
        if resource.collection == RegisteredResource.definitions { await stopServing(object) }
        if resource.type.isNamespaced { usageChanged(in: object.objectNamespace) }
        ownershipObserver.tell(object)
    }
}

extension JSONObject {
    /// Lists and maps of the metadata without members are not kept.
    fileprivate mutating func dropEmptyMetadata() {
        guard let metadata = self[.metadata]?.object else { return }
        dropEmpty(.labels, of: metadata)
        dropEmpty(.annotations, of: metadata)
        dropEmpty(.finalizers, of: metadata)
        dropEmpty(.ownerReferences, of: metadata)
    }

    private mutating func dropEmpty(_ key: FieldKey, of metadata: JSONObject) {
        switch metadata[key] {
        case .object(let map)? where map.isEmpty: setMetadata(key, nil)
        case .array(let list)? where list.isEmpty: setMetadata(key, nil)
        case .null?: setMetadata(key, nil)
        default: break
        }
    }
}

import ClawBase
import ClawDocuments
import ClawModels
import Synchronization

/// What every write passes: shape, defaults, names, validation, field ownership; and what follows a write.
extension APIServer {
    /// Checks fields against the kind's table and removes those it does not know, as `fieldValidation` asks.
    /// Returns warnings for the client.
    /// <https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation>
    func checkFields(
        _ object: inout JSONObject, _ call: ResourceCall, fillsDefaults: Bool = true
    ) throws -> [String] {
        let mode = call.query["fieldValidation"] ?? "Warn"
        guard ["Ignore", "Warn", "Strict", ""].contains(mode) else {
            throw APIStatus.invalid(
                kind: "PatchOptions", group: "meta.k8s.io", name: "",
                [.unsupported("fieldValidation", .string(mode), ["", "Ignore", "Strict", "Warn"])])
        }
        let unknown: [String]
        switch call.resource.shape {
        case .builtIn(let name?):
            let inspection = SchemaTable.kubernetes.inspect(object, as: name)
            if let mismatch = inspection.mismatches.first {
                throw APIStatus.badRequest(
                    "\(call.resource.type.kind) in version \"\(call.resource.type.version)\" cannot be handled as a "
                        + "\(call.resource.type.kind): json: cannot unmarshal \(mismatch.found) into field "
                        + "\(mismatch.path) of type \(mismatch.expected)")
            }
            unknown = inspection.unknown
            if !unknown.isEmpty { object = SchemaTable.kubernetes.pruned(object, as: name) }
        case .builtIn(nil): unknown = []
        case .custom(let schema):
            unknown = schema.prune(&object)
            if fillsDefaults { schema.fillDefaults(&object) }
        }
        guard !unknown.isEmpty else { return [] }
        let texts = unknown.map { "unknown field \"\($0)\"" }
        if mode == "Strict" {
            throw APIStatus.badRequest(
                "\(call.resource.type.kind) in version \"\(call.resource.type.version)\" cannot be handled as a "
                    + "\(call.resource.type.kind): strict decoding error: \(texts.joined(separator: ", "))")
        }
        return mode == "Warn" ? texts : []
    }

    /// Fills in what Kubernetes fills in.
    func admit(_ object: inout JSONObject, old: JSONObject?, _ call: ResourceCall) throws {
        object.dropEmptyMetadata()
        if call.target.subresource != "status" {
            if let old { keepStorage(of: &object, from: old, call) }
            Defaults.apply(to: &object, call.resource.type)
        }
        if case .builtIn(let name?) = call.resource.shape {
            object = DocumentForm(types: .kubernetes).settled(object, as: name)
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
    func validate(_ object: JSONObject, old: JSONObject?, _ call: ResourceCall, writtenUID: String? = nil) throws {
        var errors: [APIStatus.FieldError] = []
        switch call.resource.shape {
        case .builtIn(let name?):
            if let old {
                errors = ObjectValidation.errors(
                    updating: object, from: old, writtenUID: writtenUID, call.resource.type, as: name,
                    subresource: call.target.subresource)
            } else {
                errors = ObjectValidation.errors(creating: object, call.resource.type, as: name)
            }
        case .builtIn(nil): break
        case .custom(let schema): errors = schema.validate(object)
        }
        if call.resource.collection == RegisteredResource.definitions {
            errors += CustomResourceDefinitions.problems(object)
        }
        guard errors.isEmpty else {
            throw APIStatus.invalid(
                kind: call.resource.type.kind, group: call.resource.type.group, name: object.objectName, errors)
        }
    }

    /// Called after an object was written.
    func didChange(_ resource: RegisteredResource, _ object: JSONObject) {
        if resource.collection == RegisteredResource.definitions { serve(object) }
        if object.isBeingDeleted || !object.ownerUIDs.isEmpty { ownershipObserver.withLock { $0 }?(object) }
    }

    /// Called after an object was removed for good.
    func didRemove(_ resource: RegisteredResource, _ object: JSONObject) async {
        if resource.collection == RegisteredResource.definitions { await stopServing(object) }
        ownershipObserver.withLock { $0 }?(object)
    }
}

extension JSONObject {
    /// Lists and maps of the metadata without members are not kept.
    fileprivate mutating func dropEmptyMetadata() {
        for key: FieldKey in [.labels, .annotations, .finalizers, .ownerReferences] {
            switch metadataValue(key) {
            case .object(let map) where map.isEmpty: setMetadata(key, nil)
            case .array(let list) where list.isEmpty: setMetadata(key, nil)
            case .null: setMetadata(key, nil)
            default: break
            }
        }
    }
}

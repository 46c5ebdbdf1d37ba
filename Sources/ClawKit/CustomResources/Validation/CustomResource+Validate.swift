import ClawDocuments
public import ClawKubernetes
import ClawModels
import ClawSchemas

extension CustomResource {
    /// Throws what a server that has this kind's definition would answer: the same reason, message and causes. The
    /// rules are the embedded cluster's own; see `ClawSchemas`.
    ///
    /// Admission by webhooks and policies, quotas, permissions, and whether the namespace is there, are the server's.
    /// - Parameter old: what the object replaces; rules about changes are asked only then, and what was wrong before
    ///   and did not change is let through.
    /// - Returns: warnings: of fields that the schema does not know, and of what was wrong before.
    @discardableResult
    public func validate(replacing old: Self? = nil) throws(KubernetesError) -> [String] {
        let check = CompiledChecks.shared.check(of: Self.self)
        var object = document
        if let problem = object[.metadata]?.object.flatMap({
            GoDecoding.inspect($0, as: StructuralSchema.metadataType).problem
        }) {
            let type = Self.type
            throw KubernetesError(
                code: 400, reason: "BadRequest",
                message:
                    "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): \(problem)")
        }
        var warnings = check.schema.prune(&object).map { "unknown field \"\($0)\"" }
        check.schema.fillDefaults(&object)
        if Self.properties.contains(where: { $0.name == "status" }) { object[.status] = old?.document[.status] }
        let nameErrors = old == nil ? Self.nameErrors(in: object) : []
        if !nameErrors.isEmpty { throw Self.refusal(of: object, nameErrors) }
        let outcome = check.check(object, old: old?.document, type: Self.type)
        if !outcome.errors.isEmpty { throw Self.refusal(of: object, outcome.errors) }
        warnings += outcome.warnings
        return warnings
    }

    /// Throws what a server would answer to a write of the status alone.
    /// - Parameter old: the object as it is.
    public func validateStatus(replacing old: Self) throws(KubernetesError) {
        let check = CompiledChecks.shared.check(of: Self.self)
        var object = old.document
        object[.status] = document[.status]
        _ = check.schema.prune(&object)
        check.schema.fillDefaults(&object)
        let outcome = check.check(object, old: old.document, type: Self.type, isStatus: true)
        if !outcome.errors.isEmpty { throw Self.refusal(of: object, outcome.errors) }
    }

    /// The object as the server would keep it: with defaults, without fields that the schema does not know.
    public func filledIn() -> Self {
        let check = CompiledChecks.shared.check(of: Self.self)
        var object = document
        _ = check.schema.prune(&object)
        check.schema.fillDefaults(&object)
        return Self(document: object)
    }

    private static func nameErrors(in object: JSONObject) -> [FieldError] {
        let metadata = object[.metadata]
        let (name, prefix) = (metadata?["name"]?.string ?? "", metadata?["generateName"]?.string ?? "")
        guard name.isEmpty else {
            guard let problem = ObjectNames.problem(with: name, of: type) else { return [] }
            return prefixErrors(prefix) + [.invalid("metadata.name", .string(name), problem)]
        }
        // The server makes the name from the prefix; a wrong prefix makes it wrong too.
        return prefix.isEmpty ? [.required("metadata.name", "name or generateName is required")] : prefixErrors(prefix)
    }

    private static func prefixErrors(_ prefix: String) -> [FieldError] {
        guard !prefix.isEmpty,
            let problem = ObjectNames.problem(with: prefix.hasSuffix("-") ? prefix + "x" : prefix, of: type)
        else { return [] }
        return [.invalid("metadata.generateName", .string(prefix), problem)]
    }

    private static func refusal(of object: JSONObject, _ errors: [FieldError]) -> KubernetesError {
        let name = object[.metadata]?["name"]?.string ?? ""
        return KubernetesError(
            code: 422, reason: "Invalid",
            message: FieldError.refusal(kind: type.kind, group: type.group, name: name, errors),
            causes: errors.map { .init(reason: $0.reason, message: $0.message, field: $0.field) })
    }
}

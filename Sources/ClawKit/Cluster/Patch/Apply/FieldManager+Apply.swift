public import ClawBase
public import ClawDocuments
import ClawSchemas

extension FieldManager {
    /// Server-side apply: the configuration's fields are set and become the manager's; those it applied before and
    /// leaves out now go, unless somebody else owns them.
    ///
    /// - Parameters:
    ///   - live: nil where the object does not exist yet.
    ///   - force: Take over what others own with other values, instead of failing.
    /// - Returns: The object with its managedFields; equal to the live one where the apply changes nothing.
    /// - Throws: 409 with a cause for each field that another manager owns, 400 for another kind or given
    ///   managedFields, 500 (as Kubernetes) for a configuration that does not fit the schema.
    public func apply(
        _ configuration: JSONObject, to live: JSONObject?, manager: String, force: Bool, at time: Timestamp
    ) throws(PatchError) -> JSONObject {
        try check(configuration)
        var managed = try managedFields(ofLive: live)
        let old = live?.withoutManagedFields ?? [:]
        if managed.isEmpty { record(from: [:], to: old, "before-first-apply", &managed, time) }
        reconcile(&managed)

        let applied: Applied
        do {
            applied = try merge(configuration, into: old, manager, managed, force: force)
        } catch let conflict as ApplyConflict {
            guard let upgraded = try upgradeFromLastApplied(configuration, old, conflict, manager, managed) else {
                throw conflict.error
            }
            applied = upgraded
        } catch let error as PatchError {
            throw error
        } catch {
            throw .unexpected("\(error)")
        }
        managed = applied.managed
        let owner = self.owner(manager)
        guard applied.object != old || live == nil else {
            return kept(old, managed, live, configuration, manager)
        }
        managed.entries[owner]?.time = time.rfc3339()
        let object = withoutNulls(applied.object, live: old, configuration)
        return updatingLastApplied(in: object, configuration, manager).settingManagedFields(managed)
    }

    private func kept(
        _ old: JSONObject, _ managed: ManagedFields, _ live: JSONObject?, _ configuration: JSONObject, _ manager: String
    ) -> JSONObject {
        let result = updatingLastApplied(in: old, configuration, manager).settingManagedFields(managed)
        return live.map { Self.settlingTimes(of: result, against: $0) } ?? result
    }

    func owner(_ manager: String) -> ManagedFields.Manager {
        .init(name: manager, operation: .apply, apiVersion: nil, subresource: subresource)
    }

    private func check(_ configuration: JSONObject) throws(PatchError) {
        let given = (configuration["apiVersion"]?.string ?? "", configuration["kind"]?.string ?? "")
        guard given == (apiVersion, kind) else {
            throw .badRequest("invalid object type: \(Self.kindText(given.0, given.1))")
        }
        if configuration.managedFieldsList != nil { throw .badRequest("metadata.managedFields must be nil") }
        if let problems = walker.problems(of: configuration, schema) {
            let metadata = configuration["metadata"]?.object
            let name = "\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? "")"
            throw .unexpected(
                "failed to create typed patch object (\(name); \(Self.kindText(given.0, given.1))): \(problems)")
        }
    }

    private static func kindText(_ apiVersion: String, _ kind: String) -> String {
        "\(apiVersion.contains("/") ? "" : "/")\(apiVersion), Kind=\(kind)"
    }

    private func managedFields(ofLive live: JSONObject?) throws(PatchError) -> ManagedFields {
        do {
            return try ManagedFields(live?.managedFieldsList ?? [])
        } catch {
            throw .unexpected("failed to decode managed fields: \(error)")
        }
    }

    // MARK: merging

    struct Applied {
        var object: JSONObject
        var managed: ManagedFields
    }

    /// - Throws: ``ApplyConflict`` or ``PatchError``.
    func merge(
        _ configuration: JSONObject, into live: JSONObject, _ manager: String, _ before: ManagedFields, force: Bool
    ) throws -> Applied {
        let owner = owner(manager)
        var managed = before
        let last = managed.entries[owner]
        let fields = walker.fields(of: configuration, schema).subtractingSubtrees(of: ignoredFields)
        managed.entries[owner] = .init(fields: fields, apiVersion: apiVersion, time: last?.time)
        var object = try walker.merge(configuration, into: live, schema)
        if let last {
            // Merged again, for what is applied empty and was emptied by pruning.
            object = try walker.merge(configuration, into: prune(object, last.fields, managed), schema)
        }

        let changes = walker.changes(from: live, to: object, schema).ignoring(ignoredFields)
        let conflicts = take(changes, from: &managed, except: owner)
        if !force, !conflicts.isEmpty { throw ApplyConflict(conflicts) }
        let owned = fields.subtracting(Self.unownedFields)
        if owned.isEmpty { managed.entries[owner] = nil } else { managed.entries[owner]?.fields = owned }
        return Applied(object: object, managed: managed)
    }

    /// Removes what the manager applied last time, did not apply this time, and nobody else owns.
    private func prune(_ merged: JSONObject, _ last: FieldSet, _ managed: ManagedFields) -> JSONObject {
        let root = walker.shape(ofRoot: schema)
        let last = walker.withDeclaredParents(last, root)
        let present = walker.withDeclaredParents(walker.fields(of: merged, schema), root)
        func fields(of object: JSONObject) -> FieldSet {
            walker.withDeclaredParents(walker.fields(of: object, schema), root)
        }
        let owned = walker.withDeclaredParents(
            managed.entries.values.reduce(into: FieldSet()) { $0 = $0.union($1.fields) }, root)
        // Removing a field takes what is below it along; what others own, and what the manager never owned, stays.
        var pruned = walker.remove(last, from: merged, schema)
        pruned = walker.remove(present.subtracting(fields(of: pruned).union(owned)), from: merged, schema)
        return walker.remove(present.subtracting(fields(of: pruned)).intersection(last), from: merged, schema)
    }

    // MARK: nulls

    /// Applied nulls unset a field, in a map of texts leave an empty one, and do not unset what the server set.
    private func withoutNulls(_ object: JSONObject, live: JSONObject, _ configuration: JSONObject) -> JSONObject {
        guard configuration != configuration.withoutNulls else { return object }
        var result = walker.normalizingNulls(object, schema)
        if result["metadata"]?["creationTimestamp"] == nil, let created = live["metadata"]?["creationTimestamp"] {
            result.modify("metadata") { $0?["creationTimestamp"] = created }
        }
        return result
    }
}

extension FieldWalker {
    /// As a typed document would hold it: declared fields that are null are absent, null texts in a map are empty.
    func normalizingNulls(_ object: JSONObject, _ schema: Schema?) -> JSONObject {
        normalizingNulls(.object(object), shape(ofRoot: schema)).object ?? object
    }

    private func normalizingNulls(_ value: JSON, _ shape: FieldShape) -> JSON {
        switch (value, shape.form) {
        case (.object(let object), .record):
            return .object(
                JSONObject(
                    distinct: object.filter { !$0.value.isNull }.map { name, value in
                        (name, normalizingNulls(value, member(name, of: shape)))
                    }))
        case (.object(let object), .map(let type)):
            let isText = if case .string = type { true } else { false }
            return .object(
                JSONObject(
                    distinct: object.filter { isText || !$0.value.isNull }.map { name, value in
                        (name, value.isNull ? "" : normalizingNulls(value, member(name, of: shape)))
                    }))
        case (.array(let items), .list):
            let itemShape = element(of: shape)
            return .array(items.map { normalizingNulls($0, itemShape) })
        default: return value
        }
    }
}

public import ClawBase
public import ClawDocuments

/// Keeps account of who owns which fields of the objects of one kind, and does server-side apply.
///
/// One for each kind and subresource; every write goes through it:
///
///     stored = fields.update(from: live, to: new, manager: "kubectl-edit", at: now)
///     stored = try fields.apply(configuration, to: live, manager: "claw", force: false, at: now)
///
/// Call it after defaulting and before the server sets fields of its own (uid, addresses, status).
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/>
public struct FieldManager: Sendable {
    let walker: FieldWalker
    let schema: Schema?
    let apiVersion: String
    let kind: String
    let subresource: String
    let ignoredFields: FieldSet
    /// The ignored fields, where all are members of the object itself.
    let ignoredMembers: [String]?

    /// - Parameters:
    ///   - schema: The kind's; nil where it has none: then all objects are granular and all lists atomic.
    ///   - ignoredFields: What writes through this (sub)resource cannot set, with all below: `status` for the object
    ///     itself, `spec` for its status. Nobody comes to own it.
    public init(
        types: SchemaTable, schema: Schema?, apiVersion: String, kind: String, subresource: String = "",
        ignoredFields: FieldSet = FieldSet()
    ) {
        walker = FieldWalker(types: types)
        (self.schema, self.apiVersion, self.kind) = (schema, apiVersion, kind)
        (self.subresource, self.ignoredFields) = (subresource, ignoredFields)
        let members = ignoredFields.nodes.compactMap { element, node in
            if node.isMember, case .field(let name) = element { name } else { nil }
        }
        ignoredMembers = members.count == ignoredFields.nodes.count ? members : nil
    }

    /// Nobody owns what names the object or is the server's own.
    static let unownedFields = FieldSet(
        fields: ["apiVersion"], ["kind"], ["metadata"], ["metadata", "name"], ["metadata", "namespace"],
        ["metadata", "creationTimestamp"], ["metadata", "selfLink"], ["metadata", "uid"], ["metadata", "clusterName"],
        ["metadata", "generation"], ["metadata", "managedFields"], ["metadata", "resourceVersion"])

    /// Accounts for a create, update or patch: the manager comes to own what it changed, and others lose it.
    ///
    /// - Parameters:
    ///   - live: The object before; nil for a create.
    ///   - new: The object after. Its managedFields, if any, replace the live ones (not through a subresource); an
    ///     empty list, or one empty entry, resets them.
    /// - Returns: The new object with its managedFields.
    public func update(
        from live: JSONObject?, to new: JSONObject, manager: String, at time: Timestamp
    ) -> JSONObject {
        var object = new
        enter(&object, from: live, manager: manager, at: time)
        return object
    }

    /// What ``update(from:to:manager:at:)`` does, in place.
    func enter(_ object: inout JSONObject, from live: JSONObject?, manager: String, at time: Timestamp) {
        if live == nil, object[.metadata]?.object?.has(.managedFields) == false {
            switch CreationAccount.entry(object, self, manager: manager, time: time.rfc3339()) {
            case .entry(let entry): return object.setMetadata(.managedFields, [.object(entry)])
            case .nothing: return
            case .unusual: break
            }
        }
        object = compared(live, object, manager, time)
    }

    private func compared(
        _ live: JSONObject?, _ new: JSONObject, _ manager: String, _ time: Timestamp
    ) -> JSONObject {
        let object = new.withoutManagedFields
        let old = live?.withoutManagedFields ?? [:]
        let changes = walker.changes(from: old, to: object, schema)
        // Nothing changed hands, and nobody touched the account: it stays as it is.
        if let live, changes.isEmpty, new.metadataValue(.managedFields) == live.metadataValue(.managedFields) {
            return new
        }
        if let account = live?.managedFieldsList, !subresource.isEmpty || new.managedFieldsList ?? account == account,
            let settled = settled(account, changes, manager, time)
        {
            var result = object
            result.setMetadata(.managedFields, .array(settled))
            return result
        }
        return accounted(live, new, object, changes, manager, time)
    }

    /// Makes up the account as a whole.
    func accounted(
        _ live: JSONObject?, _ new: JSONObject, _ object: JSONObject, _ changes: FieldChanges, _ manager: String,
        _ time: Timestamp
    ) -> JSONObject {
        var managed = managedFields(of: new, live)
        // Who reset the account, or never had one, has none until the next apply.
        guard live == nil || !managed.isEmpty else { return object }
        record(changes, manager, &managed, time)
        managed.mergeOldestUpdaters()
        let result = object.settingManagedFields(managed)
        // Where something changed, the times may.
        guard let live, changes.isEmpty else { return result }
        return Self.settlingTimes(of: result, against: live)
    }

    private func managedFields(of new: JSONObject, _ live: JSONObject?) -> ManagedFields {
        if subresource.isEmpty, let list = new.managedFieldsList {
            if list.isEmpty || list == [[:]] { return ManagedFields() }
            if let managed = try? ManagedFields(list) { return managed }
        }
        return ManagedFields(of: live)
    }

    /// Enters what changed for an updater.
    func record(
        from old: JSONObject, to new: JSONObject, _ manager: String, _ managed: inout ManagedFields, _ time: Timestamp
    ) {
        record(walker.changes(from: old, to: new, schema), manager, &managed, time)
    }

    private func record(_ all: FieldChanges, _ manager: String, _ managed: inout ManagedFields, _ time: Timestamp) {
        reconcile(&managed)
        let changes = all.ignoring(ignoredFields)
        take(changes, from: &managed, except: nil)
        let fields = changes.modified.union(changes.added).subtracting(Self.unownedFields)
        guard !fields.isEmpty else { return }
        let updater = ManagedFields.Manager(
            name: manager, operation: .update, apiVersion: apiVersion, subresource: subresource)
        let before = managed.entries[updater]?.fields ?? FieldSet()
        managed.entries[updater] = .init(
            fields: fields.union(before), apiVersion: apiVersion, time: time.rfc3339())
    }

    /// Types may have become atomic since the sets were written.
    func reconcile(_ managed: inout ManagedFields) {
        let root = walker.shape(ofRoot: schema)
        for (manager, entry) in managed.entries where walker.isOutdated(entry.fields, root) {
            managed.entries[manager]?.fields = walker.reconciled(entry.fields, root)
        }
    }

    /// Removes what was changed or removed from all owners but one. Answers what of it was set by somebody else.
    @discardableResult
    func take(
        _ changes: FieldChanges, from managed: inout ManagedFields, except owner: ManagedFields.Manager?
    ) -> [ManagedFields.Manager: FieldSet] {
        let set = changes.modified.union(changes.added)
        var conflicts: [ManagedFields.Manager: FieldSet] = [:]
        for (manager, entry) in managed.entries {
            var fields = entry.fields
            if manager != owner {
                let conflict = fields.intersection(set)
                if !conflict.isEmpty {
                    conflicts[manager] = conflict
                    fields = fields.subtracting(conflict)
                }
                fields = fields.subtracting(changes.removed)
            }
            managed.entries[manager]?.fields = fields
            if fields.isEmpty { managed.entries[manager] = nil }
        }
        return conflicts
    }

    /// A write that changes nothing but the times in managedFields is no write: then the new object gets the live
    /// times. Call it again once the server has set what it sets.
    public static func settlingTimes(of new: JSONObject, against live: JSONObject) -> JSONObject {
        guard new.withoutManagedFields == live.withoutManagedFields else { return new }
        let (after, before) = (ManagedFields(of: new), ManagedFields(of: live))
        let isSame =
            after.entries.count == before.entries.count
            && after.entries.allSatisfy { manager, entry in
                guard let old = before.entries[manager] else { return false }
                return old.fields == entry.fields && old.apiVersion == entry.apiVersion
            }
        return isSame ? live : new
    }
}

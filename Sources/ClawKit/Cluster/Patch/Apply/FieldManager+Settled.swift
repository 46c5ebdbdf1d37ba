import ClawBase
import ClawDocuments

/// Writes by which no field changes hands: those of controllers, which set again what they own already.
extension FieldManager {
    /// The account after such a write: only the time of the writer's entry is another.
    ///
    /// It is told from the entries as they are written, of which only the places that changed are looked at.
    /// - Returns: nil where something changes hands, or may: then the account as a whole has to be made up.
    func settled(_ account: [JSON], _ all: FieldChanges, _ manager: String, _ time: Timestamp) -> [JSON]? {
        guard account.count <= ManagedFields.mostUpdaters else { return nil }
        let changes = all.ignoring(ignoredFields)
        let set = changes.modified.union(changes.added).subtracting(Self.unownedFields)
        guard changes.removed.isEmpty, !set.isEmpty else { return nil }
        var own: Int?
        for (place, entry) in account.enumerated() {
            guard let fields = entry["fieldsV1"]?.object else { return nil }
            if isEntry(entry, of: manager) {
                guard own == nil, set.isOwned(in: fields) else { return nil }
                own = place
            } else if set.isNamed(in: fields) {
                return nil
            }
        }
        guard let own, let last = account[own]["time"]?.string else { return nil }
        let now = time.rfc3339()
        if last == now { return account }
        var entries = account
        entries[own]["time"] = .string(now)
        return entries.sorted { Self.rank($0).lexicographicallyPrecedes(Self.rank($1)) }
    }

    private func isEntry(_ entry: JSON, of manager: String) -> Bool {
        entry["manager"]?.string == (manager.isEmpty ? "unknown" : manager)
            && entry["operation"]?.string == ManagedFields.Manager.Operation.update.rawValue
            && entry["apiVersion"]?.string == apiVersion && entry["subresource"]?.string ?? "" == subresource
    }

    /// As ``ManagedFields/list`` orders them.
    private static func rank(_ entry: JSON) -> [String] {
        ["operation", "time", "manager", "apiVersion", "subresource"].map { entry[$0]?.string ?? "" }
    }
}

extension FieldSet {
    /// Whether all members are members of a set in the form of managedFields.
    fileprivate func isOwned(in fields: JSONObject) -> Bool {
        nodes.allSatisfy { element, node in
            guard let inner = fields[element.fieldsV1]?.object else { return false }
            if node.isMember, !inner.isEmpty, inner["."] == nil { return false }
            return node.children.isOwned(in: inner)
        }
    }

    /// Whether such a set has a place of one of the members, or something below it.
    fileprivate func isNamed(in fields: JSONObject) -> Bool {
        nodes.contains { element, node in
            guard let inner = fields[element.fieldsV1]?.object else { return false }
            return node.isMember || node.children.isNamed(in: inner)
        }
    }
}

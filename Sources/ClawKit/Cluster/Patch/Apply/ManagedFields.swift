public import ClawDocuments

/// Who owns which fields of an object: `metadata.managedFields`, decoded.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>
public struct ManagedFields: Sendable, Hashable {
    /// What tells entries apart. Appliers keep one entry over all API versions, updaters one for each.
    public struct Manager: Sendable, Hashable {
        public enum Operation: String, Sendable { case apply = "Apply", update = "Update" }

        public var name: String
        public var operation: Operation
        /// nil for appliers.
        public var apiVersion: String?
        public var subresource: String

        public init(name: String, operation: Operation, apiVersion: String?, subresource: String = "") {
            self.name = name.isEmpty ? "unknown" : name
            self.operation = operation
            self.apiVersion = operation == .apply ? nil : apiVersion
            self.subresource = subresource
        }
    }

    public struct Entry: Sendable, Hashable {
        public var fields: FieldSet
        public var apiVersion: String
        /// RFC 3339; nil for an apply that changed nothing when it came.
        public var time: String?
    }

    public var entries: [Manager: Entry] = [:]

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }

    /// - Throws: ``ManagedFieldsError`` for an entry that is malformed.
    public init(_ list: [JSON]) throws(ManagedFieldsError) {
        for (position, element) in list.enumerated() {
            let entry = element.object ?? [:]
            guard let operation = entry["operation"]?.string.flatMap(Manager.Operation.init) else {
                throw ManagedFieldsError("operation must be `Apply` or `Update`")
            }
            guard let apiVersion = entry["apiVersion"]?.string, !apiVersion.isEmpty else {
                throw ManagedFieldsError("apiVersion must not be empty")
            }
            switch entry["fieldsType"]?.string ?? "" {
            case "FieldsV1": break
            case "": throw ManagedFieldsError("missing fieldsType in managed fields entry \(position)")
            case let other:
                throw ManagedFieldsError("invalid fieldsType \"\(other)\" in managed fields entry \(position)")
            }
            let manager = Manager(
                name: entry["manager"]?.string ?? "", operation: operation, apiVersion: apiVersion,
                subresource: entry["subresource"]?.string ?? "")
            do {
                let fields = try FieldSet(fieldsV1: entry["fieldsV1"]?.object ?? [:])
                entries[manager] = Entry(fields: fields, apiVersion: apiVersion, time: entry["time"]?.string)
            } catch {
                throw ManagedFieldsError("error decoding set: \(error)")
            }
        }
    }

    /// Of an object; malformed ones count as none.
    public init(of object: JSONObject?) {
        self = object.flatMap { try? ManagedFields($0.managedFieldsList ?? []) } ?? ManagedFields()
    }

    /// In Kubernetes' order: appliers before updaters, then by time (whole seconds), name, version and subresource.
    public var list: [JSON] {
        entries.sorted { Self.precedes($0, $1) }.map { manager, entry in
            var object = JSONObject(capacity: 7)
            object[.manager] = .string(manager.name)
            object[.operation] = .string(manager.operation.rawValue)
            object[.apiVersion] = .string(entry.apiVersion)
            if let time = entry.time { object[.time] = .string(time) }
            object[.fieldsType] = "FieldsV1"
            object[.fieldsV1] = .object(entry.fields.fieldsV1)
            if !manager.subresource.isEmpty { object[.subresource] = .string(manager.subresource) }
            return .object(object)
        }
    }

    private static func precedes(_ a: (key: Manager, value: Entry), _ b: (key: Manager, value: Entry)) -> Bool {
        func rank(_ element: (key: Manager, value: Entry)) -> [String] {
            [
                element.key.operation.rawValue, element.value.time ?? "", element.key.name, element.value.apiVersion,
                element.key.subresource,
            ]
        }
        return rank(a).lexicographicallyPrecedes(rank(b))
    }

    /// Updaters beyond this many are merged, the oldest first, into one entry for each version.
    static let mostUpdaters = 10

    mutating func mergeOldestUpdaters() {
        guard entries.count > Self.mostUpdaters else { return }
        let updaters = entries.filter { $0.key.operation == .update }.sorted { Self.precedes($0, $1) }
        var excess = updaters.count - Self.mostUpdaters
        var first: [String: Manager] = [:]
        for (manager, entry) in updaters where excess > 0 {
            guard let oldest = first[entry.apiVersion] else {
                first[entry.apiVersion] = manager
                continue
            }
            let bucket = Manager(name: "ancient-changes", operation: .update, apiVersion: entry.apiVersion)
            let merged = entries[bucket] ?? entries.removeValue(forKey: oldest)
            entries[bucket] = Entry(
                fields: entry.fields.union(merged?.fields ?? FieldSet()), apiVersion: entry.apiVersion,
                time: entry.time)
            if manager != bucket { entries[manager] = nil }
            excess -= 1
        }
    }
}

/// An entry of managedFields that cannot be read.
public struct ManagedFieldsError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension JSONObject {
    var managedFieldsList: [JSON]? { metadataValue(.managedFields)?.array }

    var withoutManagedFields: JSONObject {
        guard metadataValue(.managedFields) != nil else { return self }
        return settingManagedFields(ManagedFields())
    }

    func settingManagedFields(_ managed: ManagedFields) -> JSONObject {
        var result = self
        if managed.isEmpty, self[.metadata] == nil { return self }
        result.setMetadata(.managedFields, managed.isEmpty ? .none : .array(managed.list))
        return result
    }
}

import ClawDocuments

/// A column of `kubectl get`, besides the name.
public struct PrinterColumn: Sendable, Hashable {
    public let name: String
    /// `string`, `integer`, `number`, `boolean` or `date`.
    public let type: String
    /// A JSON path from the object on, with a dot in front: `.spec.replicas`.
    public let path: String
    public let description: String
    /// Columns above 0 are shown by `-o wide` only.
    public let priority: Int

    public init(_ name: String, _ type: String = "string", _ path: String, description: String = "", priority: Int = 0)
    {
        (self.name, self.type, self.path) = (name, type, path)
        (self.description, self.priority) = (description, priority)
    }

    /// How long ago the object was made.
    public static let age = PrinterColumn("Age", "date", ".metadata.creationTimestamp")

    var json: JSON {
        var column: JSONObject = ["name": .string(name), "type": .string(type), "jsonPath": .string(path)]
        if !description.isEmpty { column["description"] = .string(description) }
        if priority != 0 { column["priority"] = .integer(Int64(priority)) }
        return .object(column)
    }
}

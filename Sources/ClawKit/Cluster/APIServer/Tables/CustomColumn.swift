import ClawBase
import ClawDocuments
import ClawSchemas

/// A column of `kubectl get` from a definition's `additionalPrinterColumns`.
struct CustomColumn: Sendable {
    let name: String
    let type: String
    let format: String
    let description: String
    let priority: Int64
    private let path: JSONPath

    init?(_ json: JSON) {
        guard let name = json["name"]?.string, let text = json["jsonPath"]?.string, let path = JSONPath(text) else {
            return nil
        }
        self.name = name
        self.path = path
        type = json["type"]?.string ?? "string"
        format = json["format"]?.string ?? ""
        // As Kubernetes fills in what is left out.
        let described = json["description"]?.string ?? ""
        description = described.isEmpty ? "Custom resource definition column (in JSONPath format): \(text)" : described
        priority = json["priority"]?.integer ?? 0
    }

    /// The first value at the path in the column's type; null where it has none or another.
    func cell(_ object: Field, now: Timestamp) -> JSON {
        guard let document = object.value, let value = path.values(in: document).first else { return .null }
        switch type {
        case "integer":
            return value.number.flatMap { Int64(exactly: $0.rounded(.towardZero)) }.map(JSON.integer) ?? .null
        case "number": return value.integer.map(JSON.integer) ?? value.number.map(JSON.double) ?? .null
        case "boolean": return value.bool.map(JSON.bool) ?? .null
        case "date":
            guard let text = value.string else { return .null }
            return .string(Timestamp(rfc3339: text) == nil ? "<invalid>" : Age.text(since: text, now: now))
        case "string": return .string(value.string ?? value.description)
        default: return .null
        }
    }
}

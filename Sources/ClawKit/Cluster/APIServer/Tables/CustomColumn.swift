import ClawBase
import ClawDocuments

/// A column of `kubectl get` from a definition's `additionalPrinterColumns`.
struct CustomColumn: Sendable {
    let name: String
    let type: String
    let format: String
    let description: String
    let priority: Int64
    private let path: [String]

    init?(_ json: JSON) {
        guard let name = json["name"]?.string, let path = json["jsonPath"]?.string else { return nil }
        self.name = name
        type = json["type"]?.string ?? "string"
        format = json["format"]?.string ?? ""
        description = json["description"]?.string ?? ""
        priority = json["priority"]?.integer ?? 0
        self.path = Self.steps(path)
    }

    /// `.status.conditions[0].type`, `.metadata.labels['a.b/c']`; filters (`[?(…)]`) find nothing yet.
    private static func steps(_ path: String) -> [String] {
        var steps: [String] = []
        var current = ""
        var inBrackets = false
        for character in path {
            switch character {
            case ".", "[", "]":
                if inBrackets, character == "." {
                    current.append(character)
                    continue
                }
                if !current.isEmpty { steps.append(current) }
                current = ""
                inBrackets = character == "["
            case "'", "\"": continue
            default: current.append(character)
            }
        }
        if !current.isEmpty { steps.append(current) }
        return steps
    }

    /// The cell: dates as age, nothing as empty text.
    func cell(_ object: JSONObject, now: Timestamp) -> JSON {
        guard let value = JSON.object(object).value(at: path) else { return type == "integer" ? .null : "" }
        if type == "date" { return .string(Age.text(since: value.string, now: now)) }
        switch value {
        case .array, .object: return .string(value.description)
        default: return value
        }
    }
}

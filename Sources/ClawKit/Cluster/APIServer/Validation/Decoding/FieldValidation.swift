import ClawKubernetes
import ClawSchemas

/// What a writer wants to be told of fields that its kind does not have, or that stand twice: `fieldValidation`.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation>
enum FieldValidation: String {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"

    /// Members that stood twice in a text.
    enum Repetitions {
        case none
        /// By their places.
        case inJSON([String])
        case inYAML([RepeatedKey])

        var isEmpty: Bool {
            switch self {
            case .none: true
            case .inJSON(let places): places.isEmpty
            case .inYAML(let keys): keys.isEmpty
            }
        }

        /// One text for each.
        var warnings: [String] {
            switch self {
            case .none: []
            case .inJSON(let places): places.map { "duplicate field \"\($0)\"" }
            case .inYAML(let keys):
                keys.map { key in
                    let name = key.isText ? GoText.quoted(.string(key.name)) : key.name
                    return "line \(key.line): key \(name) already set in map"
                }
            }
        }

        /// What Go's decoder of YAML says of all of them together; nil where there are none.
        var problemInYAML: String? {
            guard case .inYAML(let keys) = self, !keys.isEmpty else { return nil }
            return "yaml: unmarshal errors:\n" + warnings.map { "  \($0)" }.joined(separator: "\n")
        }
    }

    /// - Throws: ``APIStatus`` where the request names none of the modes.
    init(_ call: ResourceCall) throws {
        let text = call.query["fieldValidation"] ?? ""
        guard let mode = text.isEmpty ? .warn : FieldValidation(rawValue: text) else {
            throw APIStatus.invalid(
                kind: call.writeOptionsKind, group: "meta.k8s.io", name: "",
                [.unsupported("fieldValidation", .string(text), ["", "Ignore", "Strict", "Warn"])])
        }
        self = mode
    }
}

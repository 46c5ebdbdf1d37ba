/// A field that an apply would change though another manager owns it.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts>
public struct ApplyConflict: Sendable, Hashable {
    /// `.spec.template.spec.containers[name="web"].image`
    public let field: String
    /// Empty where the server does not say.
    public let manager: String

    public init(field: String, manager: String) { (self.field, self.manager) = (field, manager) }
}

extension KubernetesError {
    /// The fields that others own, for an apply without `force`; empty for every other error.
    public var applyConflicts: [ApplyConflict] {
        guard isConflict else { return [] }
        return causes.filter { $0.reason == "FieldManagerConflict" }.map {
            ApplyConflict(field: $0.field, manager: Self.quoted(in: $0.message))
        }
    }

    /// The first text in quotes, `conflict with "kubectl" using apps/v1`.
    private static func quoted(in message: String) -> String {
        guard let start = message.firstIndex(of: "\"") else { return "" }
        var text = ""
        var isEscaped = false
        for character in message[message.index(after: start)...] {
            switch character {
            case "\\" where !isEscaped: isEscaped = true
            case "\"" where !isEscaped: return text
            default:
                text.append(character)
                isEscaped = false
            }
        }
        return text
    }
}
